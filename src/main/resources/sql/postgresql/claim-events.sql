UPDATE outbox SET due_at = ?
WHERE event_id IN (SELECT event_id FROM outbox WHERE state = 'pending' AND lane = ? AND due_at <= ? ORDER BY state, lane, due_at LIMIT ? FOR UPDATE SKIP LOCKED)
RETURNING event_id, due_at
