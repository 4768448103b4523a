UPDATE due_contact SET due_at = ? WHERE due_at = ?
