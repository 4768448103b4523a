DELETE FROM outbox WHERE event_id = ? AND state = 'parked'
