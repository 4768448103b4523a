SELECT topic, notification_id, received_at, body FROM notification WHERE id = ?
