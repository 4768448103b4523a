UPDATE outbox SET metric = COALESCE(?, metric), state = ?, contact_id = ?, due_at = ?, attempts = 0, busy_since = NULL,
  last_status = NULL, last_answer = ?
WHERE event_id = (SELECT id FROM event WHERE unique_id = ?)
