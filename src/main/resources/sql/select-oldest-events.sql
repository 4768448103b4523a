SELECT id, unique_id, notification, recorded_at, (SELECT COUNT(*) FROM outbox WHERE event_id = event.id) AS is_open
FROM event WHERE id > ? ORDER BY id LIMIT ?
