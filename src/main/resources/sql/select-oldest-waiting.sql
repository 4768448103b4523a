SELECT unique_id FROM event WHERE id IN (SELECT event_id FROM outbox WHERE state = 'waiting' ORDER BY recorded_at LIMIT ?)
