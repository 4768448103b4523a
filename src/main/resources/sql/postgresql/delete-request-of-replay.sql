DELETE FROM request WHERE event_id = (SELECT id FROM event WHERE unique_id = ?)
