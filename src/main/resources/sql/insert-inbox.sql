INSERT INTO inbox (id, lane, due_at, attempts, replays) VALUES (?, ?, ?, 0, ?)
