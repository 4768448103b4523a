UPDATE event SET request = ? WHERE id = ? AND state = 'pending'
