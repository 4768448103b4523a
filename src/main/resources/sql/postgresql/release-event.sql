UPDATE outbox SET due_at = ? WHERE event_id = ? AND state = 'pending' AND due_at = ?
