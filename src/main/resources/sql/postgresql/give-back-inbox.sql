UPDATE inbox SET due_at = n.received_at FROM notification n
WHERE n.id = inbox.notification AND inbox.id = ANY(?) AND inbox.due_at = ?
