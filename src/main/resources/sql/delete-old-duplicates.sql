DELETE FROM duplicate WHERE id IN (SELECT id FROM duplicate WHERE recorded_at < ? ORDER BY id LIMIT 1000)
