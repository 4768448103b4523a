UPDATE event SET metric = ?, contact_id = ?, profile = ?, event_time = ?, state = ?, due_at = ?, attempts = 0, busy_since = NULL, last_answer = ?, request = ?
WHERE unique_id = ?
