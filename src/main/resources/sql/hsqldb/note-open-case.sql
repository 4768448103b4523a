MERGE INTO open_case AS c
USING (VALUES (CAST(? AS VARCHAR(12)), CAST(? AS VARCHAR(100)), CAST(? AS VARCHAR(100)), CAST(? AS SMALLINT), CAST(? AS BIGINT), CAST(? AS BIGINT)))
  AS n (kind, object_id, contact_id, is_open, as_of, noted_at)
ON c.kind = n.kind AND c.object_id = n.object_id
WHEN MATCHED AND c.as_of <= n.as_of THEN UPDATE SET
  c.contact_id = COALESCE(c.contact_id, n.contact_id),
  c.is_open = n.is_open,
  c.as_of = n.as_of,
  c.noted_at = CASE WHEN c.is_open <> n.is_open OR c.contact_id IS NULL THEN n.noted_at ELSE c.noted_at END
WHEN NOT MATCHED THEN INSERT (kind, object_id, contact_id, is_open, as_of, noted_at)
  VALUES (n.kind, n.object_id, n.contact_id, n.is_open, n.as_of, n.noted_at)
