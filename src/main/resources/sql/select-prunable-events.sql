SELECT id, notification FROM event WHERE state = 'delivered' AND lane = ? AND due_at < ? ORDER BY due_at LIMIT ?
