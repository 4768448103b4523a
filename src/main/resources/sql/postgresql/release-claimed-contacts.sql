UPDATE due_contact AS d SET due_at = ?
FROM (SELECT contact_id FROM due_contact WHERE due_at = ? ORDER BY contact_id COLLATE "C" FOR UPDATE) AS c
WHERE d.contact_id = c.contact_id
