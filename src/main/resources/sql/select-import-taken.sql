SELECT object_id FROM import_taken WHERE run = ?
