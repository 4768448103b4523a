INSERT INTO open_case_told (profile, contact_id, conversations, tickets)
SELECT CAST(? AS VARCHAR(320)), contact_id, -1, -1 FROM due_contact WHERE contact_id = ? AND due_at = ?
