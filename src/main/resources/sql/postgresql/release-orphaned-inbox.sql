UPDATE inbox SET due_at = 0 WHERE lane = ? AND due_at > ? AND due_at - ? NOT IN (SELECT id FROM instance)
