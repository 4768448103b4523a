SELECT kind, name, SUM(amount) AS amount, MAX(last_at) AS last_at FROM tally WHERE hour < ? AND hour > 0 GROUP BY kind, name
