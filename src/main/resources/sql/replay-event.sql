UPDATE outbox SET state = 'pending', due_at = NULL, contact_id = NULL WHERE event_id = ? AND state IN ('parked', 'waiting')
