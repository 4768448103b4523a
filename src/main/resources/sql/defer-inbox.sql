UPDATE inbox SET due_at = ?, attempts = attempts + 1 WHERE id = ?
