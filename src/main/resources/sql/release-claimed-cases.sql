UPDATE open_case SET due_at = ? WHERE due_at = ?
