SELECT 1 FROM event WHERE unique_id = ?
