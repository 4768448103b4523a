DELETE FROM due_contact WHERE contact_id = ? AND due_at = ?
