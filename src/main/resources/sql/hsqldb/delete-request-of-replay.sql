DELETE FROM content WHERE id = (SELECT id FROM event WHERE unique_id = ?)
