SELECT COUNT(*) FROM (SELECT id FROM event WHERE state = 'pending' AND lane = ? AND attempts < ? LIMIT 20000) AS pending
