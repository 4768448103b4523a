INSERT INTO duplicate (id, unique_id, metric, event_time, origin, profile, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)
