SELECT id, unique_id, metric, attempts, busy_since, recorded_at, due_at, request FROM event
WHERE state = 'pending' AND lane = ? AND due_at >= ? AND due_at <= ? ORDER BY due_at LIMIT ?
