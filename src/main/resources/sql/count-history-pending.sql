SELECT COUNT(*) FROM (SELECT id FROM event WHERE state = 'pending' AND lane = ? LIMIT 20000) AS pending
