SELECT id, unique_id, notification FROM event WHERE LOWER(profile) = ?
