INSERT INTO request (event_id, body) SELECT id, CAST(? AS VARCHAR(16M)) FROM event WHERE unique_id = ?
