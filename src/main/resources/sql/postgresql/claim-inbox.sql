UPDATE inbox SET due_at = ?
WHERE id IN (SELECT id FROM inbox WHERE lane = ? AND due_at <= ? ORDER BY lane, due_at LIMIT ? FOR UPDATE SKIP LOCKED)
RETURNING id, notification, attempts, replays
