SELECT MIN(received_at) FROM notification
WHERE id IN (SELECT notification FROM inbox WHERE lane = 0 AND replays IS NULL ORDER BY lane, due_at LIMIT 1)
