DELETE FROM event WHERE unique_id = ? AND state = 'parked'
