SELECT n.*, c.packed
FROM (SELECT notification FROM inbox LIMIT 1000) i
JOIN notification n ON n.id = i.notification
LEFT JOIN content c ON c.id = n.id
