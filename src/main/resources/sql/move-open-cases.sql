UPDATE open_case SET contact_id = ?, due_at = ?, attempts = 0 WHERE contact_id = ?
