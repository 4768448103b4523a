SELECT contact_id, attempts FROM due_contact WHERE due_at <= ? ORDER BY due_at LIMIT ?
