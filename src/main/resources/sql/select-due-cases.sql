SELECT contact_id, attempts FROM open_case WHERE due_at <= ? AND contact_id IS NOT NULL ORDER BY due_at LIMIT ?
