INSERT INTO content (id, deflated) VALUES (?, ?)
