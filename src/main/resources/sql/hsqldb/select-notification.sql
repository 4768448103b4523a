SELECT n.topic, n.notification_id, n.received_at, n.body, c.packed
FROM notification n LEFT JOIN content c ON c.id = n.id WHERE n.id = ?
