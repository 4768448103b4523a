INSERT INTO event (id, unique_id, metric, contact_id, profile, event_time, origin, lane, state, due_at, attempts, last_answer, recorded_at, notification, request)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)
