SELECT i.id, i.notification, n.body FROM inbox i JOIN notification n ON n.id = i.notification
WHERE i.id > ? AND POSITION(CAST(? AS VARCHAR(400)) IN LOWER(n.body)) > 0
ORDER BY i.id LIMIT 500
