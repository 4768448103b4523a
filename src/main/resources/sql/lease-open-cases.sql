UPDATE open_case SET due_at = ? WHERE contact_id = ? AND due_at <= ?
