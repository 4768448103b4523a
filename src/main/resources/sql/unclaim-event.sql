UPDATE event SET due_at = ? WHERE id = ? AND state = 'pending'
