SELECT COUNT(*) FROM (SELECT id FROM inbox WHERE lane = ? AND attempts < ? LIMIT 20000) AS waiting
