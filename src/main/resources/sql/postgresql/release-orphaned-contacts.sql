UPDATE due_contact SET due_at = 0 WHERE due_at > ? AND due_at - ? NOT IN (SELECT id FROM instance)
