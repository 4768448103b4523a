SELECT metric, state, COUNT(*) AS amount, MIN(recorded_at) AS oldest FROM event WHERE state IN ('pending', 'parked', 'waiting') GROUP BY metric, state
