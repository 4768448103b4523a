INSERT INTO request (event_id, body) SELECT id, CAST(? AS TEXT) FROM event WHERE unique_id = ?
