DELETE FROM duplicate WHERE unique_id = ANY (?)
