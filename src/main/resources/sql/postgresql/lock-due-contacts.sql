SELECT contact_id FROM due_contact WHERE contact_id = ANY(?) ORDER BY contact_id COLLATE "C" FOR UPDATE
