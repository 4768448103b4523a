UPDATE open_case SET due_at = ?, attempts = 0 WHERE contact_id = ? AND (is_open = 1 OR due_at IS NOT NULL)
