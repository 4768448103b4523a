INSERT INTO notification (id, origin, topic, notification_id, received_at, body) VALUES (?, ?, ?, ?, ?, ?)
