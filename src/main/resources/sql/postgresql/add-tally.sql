INSERT INTO tally (kind, name, hour, amount, last_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (kind, name, hour) DO UPDATE SET amount = tally.amount + EXCLUDED.amount, last_at = GREATEST(tally.last_at, EXCLUDED.last_at)
