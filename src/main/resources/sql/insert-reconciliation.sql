INSERT INTO reconciliation (id, watermark, last_changed, lease_until) VALUES (1, ?, 0, 0)
