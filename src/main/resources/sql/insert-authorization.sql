INSERT INTO intercom_authorization (state, browser, expires_at) VALUES (?, ?, ?)
