INSERT INTO instance (id, beat_at) VALUES (?, clock_timestamp())
