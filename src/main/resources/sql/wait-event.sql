UPDATE event SET state = 'waiting', due_at = NULL, attempts = attempts + 1, last_status = ?, last_answer = ? WHERE id = ? AND state = 'pending'
