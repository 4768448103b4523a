UPDATE open_case SET due_at = NULL, attempts = 0 WHERE contact_id = ? AND due_at = ?
