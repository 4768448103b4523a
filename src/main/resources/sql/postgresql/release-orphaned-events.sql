UPDATE outbox SET due_at = 0 WHERE state = 'pending' AND lane = ? AND due_at > ? AND due_at - ? NOT IN (SELECT id FROM instance)
