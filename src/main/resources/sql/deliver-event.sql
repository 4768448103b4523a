DELETE FROM outbox WHERE event_id = ? AND state = 'pending'
