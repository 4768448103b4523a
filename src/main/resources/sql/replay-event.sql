UPDATE event SET state = 'pending', due_at = NULL, settled_at = NULL WHERE unique_id = ? AND state IN ('parked', 'waiting')
