UPDATE open_case SET
  as_of = ?,
  noted_at = CASE WHEN is_open = 1 THEN ? ELSE noted_at END,
  is_open = 0
WHERE kind = ? AND object_id = ? AND as_of <= ?
