SELECT e.*, c.packed
FROM (SELECT event_id FROM outbox LIMIT 1000) o
JOIN event e ON e.id = o.event_id
LEFT JOIN content c ON c.id = e.id
