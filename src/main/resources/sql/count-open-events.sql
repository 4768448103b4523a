SELECT metric, state, COUNT(*) AS amount, MIN(recorded_at) AS oldest FROM outbox GROUP BY metric, state
