UPDATE outbox SET state = ?, contact_id = ?, due_at = NULL, attempts = attempts + 1, last_status = ?, last_answer = ? WHERE event_id = ? AND state = 'pending'
