SELECT COUNT(*) FROM (SELECT id FROM event WHERE state = 'pending' AND lane = ? AND due_at <= ? LIMIT ?) AS due
