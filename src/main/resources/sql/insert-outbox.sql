INSERT INTO outbox (event_id, state, metric, lane, contact_id, due_at, attempts, last_answer, recorded_at)
VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)
