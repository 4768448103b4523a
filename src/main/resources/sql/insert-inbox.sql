INSERT INTO inbox (id, notification, lane, due_at, attempts, replays) VALUES (?, ?, ?, ?, 0, ?)
