INSERT INTO attempt (event_id, attempted_at, status, answer) VALUES (?, ?, ?, ?)
