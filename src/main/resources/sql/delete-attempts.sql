DELETE FROM attempt WHERE event_id = ?
