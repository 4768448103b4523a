SELECT kind, name, hour, amount FROM tally WHERE hour >= ? ORDER BY hour
