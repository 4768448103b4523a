SELECT COALESCE(SUM(amount), 0) FROM tally WHERE kind = 'imported'
