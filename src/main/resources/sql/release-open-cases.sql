UPDATE open_case SET due_at = ?, attempts = 0 WHERE contact_id = ? AND due_at = ?
