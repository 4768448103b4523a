SELECT received_at FROM notification WHERE id = (SELECT MIN(notification) FROM inbox WHERE lane = ? AND replays IS NULL)
