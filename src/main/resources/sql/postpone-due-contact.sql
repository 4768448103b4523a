UPDATE due_contact SET due_at = ?, attempts = attempts + 1 WHERE contact_id = ? AND due_at = ?
