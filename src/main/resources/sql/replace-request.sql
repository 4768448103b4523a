UPDATE event SET request = ? WHERE id = ?
