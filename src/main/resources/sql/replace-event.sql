UPDATE event SET metric = COALESCE(?, metric), contact_id = COALESCE(?, contact_id), profile = COALESCE(?, profile),
  event_time = COALESCE(CAST(? AS BIGINT), event_time), state = ?, due_at = ?, attempts = 0, busy_since = NULL, last_answer = ?,
  request = COALESCE(?, request)
WHERE unique_id = ?
