INSERT INTO content (id, packed) VALUES (?, ?)
