INSERT INTO event (id, unique_id, metric, contact_id, profile, event_time, origin, lane, recorded_at, notification)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
