DELETE FROM notification WHERE id = ?
AND NOT EXISTS (SELECT 1 FROM event WHERE event.notification = notification.id)
AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.notification = notification.id)
