SELECT * FROM event WHERE unique_id = ?
