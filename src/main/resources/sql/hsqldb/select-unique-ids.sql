SELECT id, unique_id FROM event WHERE id > ? ORDER BY id LIMIT ?
