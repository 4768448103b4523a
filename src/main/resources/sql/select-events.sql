SELECT id, unique_id, metric, profile, event_time, origin, state, due_at, attempts, last_status, last_answer, recorded_at, settled_at
FROM event WHERE {filter} ORDER BY id DESC LIMIT ?
