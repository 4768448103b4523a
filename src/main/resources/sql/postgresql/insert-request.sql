INSERT INTO request (event_id, body) VALUES (?, ?)
