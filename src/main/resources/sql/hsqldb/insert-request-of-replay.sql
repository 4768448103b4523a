INSERT INTO content (id, deflated) SELECT id, CAST(? AS VARBINARY(16M)) FROM event WHERE unique_id = ?
