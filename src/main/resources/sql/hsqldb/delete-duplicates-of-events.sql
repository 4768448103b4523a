DELETE FROM duplicate WHERE unique_id IN (UNNEST(?))
