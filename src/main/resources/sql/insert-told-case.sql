INSERT INTO open_case_told (profile, contact_id, conversations, tickets)
SELECT CAST(? AS VARCHAR(320)), CAST(? AS VARCHAR(100)), -1, -1 FROM open_case WHERE contact_id = ? AND due_at = ? LIMIT 1
