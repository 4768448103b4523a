SELECT id, unique_id, notification FROM event WHERE contact_id = ?
