DELETE FROM import_taken
