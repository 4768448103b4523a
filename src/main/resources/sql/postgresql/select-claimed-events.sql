SELECT event_id FROM outbox WHERE state = 'pending' AND lane = ? AND due_at = ?
