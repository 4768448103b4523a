SELECT attempted_at, status, answer FROM attempt WHERE event_id = ? ORDER BY attempted_at, id
