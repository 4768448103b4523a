DELETE FROM notification WHERE id = ?
