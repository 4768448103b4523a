SELECT i.id, i.notification, n.body, c.packed
FROM inbox i JOIN notification n ON n.id = i.notification LEFT JOIN content c ON c.id = n.id
WHERE i.id > ? AND (c.id IS NOT NULL OR POSITION(CAST(? AS VARCHAR(400)) IN LOWER(n.body)) > 0)
ORDER BY i.id LIMIT 500
