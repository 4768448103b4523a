INSERT INTO open_case AS c (kind, object_id, contact_id, is_open, as_of, noted_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, object_id) DO UPDATE SET
  contact_id = COALESCE(c.contact_id, EXCLUDED.contact_id),
  is_open = EXCLUDED.is_open,
  as_of = EXCLUDED.as_of,
  noted_at = CASE WHEN c.is_open <> EXCLUDED.is_open OR c.contact_id IS NULL THEN EXCLUDED.noted_at ELSE c.noted_at END
WHERE c.as_of <= EXCLUDED.as_of
