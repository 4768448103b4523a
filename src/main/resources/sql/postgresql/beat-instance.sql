UPDATE instance SET beat_at = clock_timestamp() WHERE id = ?
