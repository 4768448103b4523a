SELECT id, unique_id, metric, profile, event_time, origin, 'duplicate' AS state, recorded_at
FROM duplicate WHERE {filter} ORDER BY id DESC LIMIT ?
