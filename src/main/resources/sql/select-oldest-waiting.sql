SELECT unique_id FROM event WHERE state = 'waiting' ORDER BY recorded_at LIMIT ?
