SELECT COUNT(*) FROM (SELECT event_id FROM outbox WHERE state = 'pending' AND lane = ? AND attempts < ? LIMIT 20000) AS pending
