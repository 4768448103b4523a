INSERT INTO intercom_token (id, sealed, connected_at) VALUES (1, ?, ?)
