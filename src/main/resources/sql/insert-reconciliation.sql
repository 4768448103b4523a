INSERT INTO reconciliation (id, began_at, watermark, last_changed, lease_until) VALUES (1, ?, ?, 0, 0)
