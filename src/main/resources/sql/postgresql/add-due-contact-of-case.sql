INSERT INTO due_contact (contact_id, due_at, attempts)
SELECT contact_id, CAST(? AS BIGINT), 0 FROM open_case WHERE kind = ? AND object_id = ? AND as_of = ? AND noted_at = ? AND contact_id IS NOT NULL
ON CONFLICT (contact_id) DO UPDATE SET due_at = EXCLUDED.due_at
