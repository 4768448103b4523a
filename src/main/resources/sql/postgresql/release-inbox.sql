UPDATE inbox SET due_at = ? WHERE lane = ? AND due_at = ?
