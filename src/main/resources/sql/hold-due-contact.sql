UPDATE due_contact SET due_at = due_at WHERE contact_id = ? AND due_at = ?
