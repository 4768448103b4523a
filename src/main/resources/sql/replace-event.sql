UPDATE event SET metric = COALESCE(?, metric), contact_id = COALESCE(?, contact_id), profile = COALESCE(?, profile),
  event_time = COALESCE(CAST(? AS BIGINT), event_time)
WHERE unique_id = ?
