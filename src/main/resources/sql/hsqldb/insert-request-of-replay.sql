INSERT INTO content (id, packed) SELECT id, CAST(? AS VARBINARY(16M)) FROM event WHERE unique_id = ?
