INSERT INTO instance (id, beat) VALUES (?, 0)
