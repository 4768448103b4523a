UPDATE open_case SET due_at = ?, attempts = attempts + 1 WHERE contact_id = ? AND due_at = ?
