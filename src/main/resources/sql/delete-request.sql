DELETE FROM request WHERE event_id = ?
