INSERT INTO attempt (event_id, id, attempted_at, status, answer) VALUES (?, ?, ?, ?, ?)
