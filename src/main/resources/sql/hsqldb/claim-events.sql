SELECT event_id, due_at FROM outbox
WHERE state = 'pending' AND lane = ? AND due_at >= ? AND due_at <= ? ORDER BY state, lane, due_at LIMIT ?
