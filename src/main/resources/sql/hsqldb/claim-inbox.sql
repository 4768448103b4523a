SELECT id, notification, attempts, replays FROM inbox WHERE lane = ? AND due_at <= ? ORDER BY due_at LIMIT ?
