INSERT INTO due_contact (contact_id, due_at, attempts)
SELECT DISTINCT contact_id, CAST(? AS BIGINT), 0 FROM open_case WHERE contact_id = ? AND is_open = 1
ON CONFLICT (contact_id) DO UPDATE SET due_at = EXCLUDED.due_at, attempts = 0
