SELECT id, notification FROM event WHERE contact_id = ?
