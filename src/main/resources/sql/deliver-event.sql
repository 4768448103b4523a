UPDATE event SET state = 'delivered', settled_at = ?, due_at = ?, attempts = attempts + 1, busy_since = NULL, last_status = ?, last_answer = NULL WHERE id = ? AND state = 'pending'
