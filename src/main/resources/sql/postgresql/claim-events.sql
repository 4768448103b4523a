UPDATE event SET due_at = ?
WHERE id IN (SELECT id FROM event WHERE state = 'pending' AND lane = ? AND due_at <= ? ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED)
RETURNING id, unique_id, metric, attempts, busy_since, recorded_at, due_at, request
