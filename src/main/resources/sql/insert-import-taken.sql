INSERT INTO import_taken (run, object_id) VALUES (?, ?)
