UPDATE due_contact SET due_at = ?, attempts = 0 WHERE contact_id = ? AND due_at = ?
