DELETE FROM content WHERE id = ?
AND NOT EXISTS (SELECT 1 FROM notification WHERE notification.id = content.id)
