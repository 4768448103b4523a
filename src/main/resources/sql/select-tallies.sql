SELECT kind, name, SUM(amount) AS amount, MAX(last_at) AS last_at FROM tally GROUP BY kind, name
