UPDATE outbox SET due_at = ?, attempts = attempts + 1, busy_since = COALESCE(busy_since, ?), last_status = ?, last_answer = ? WHERE event_id = ? AND state = 'pending'
