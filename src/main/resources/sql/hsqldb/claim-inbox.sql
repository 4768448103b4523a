SELECT id, notification, attempts, replays FROM inbox WHERE lane = ? AND due_at <= ? ORDER BY lane, due_at LIMIT ?
