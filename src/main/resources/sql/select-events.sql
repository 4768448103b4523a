SELECT e.id, e.unique_id, e.metric, e.profile, e.event_time, e.origin, COALESCE(o.state, 'delivered') AS state, o.due_at,
  (SELECT COUNT(*) FROM attempt WHERE event_id = e.id) AS attempts,
  COALESCE(o.last_status, a.status) AS last_status, COALESCE(o.last_answer, a.answer) AS last_answer, e.recorded_at,
  a.attempted_at AS settled_at
FROM (SELECT * FROM event WHERE {filter} ORDER BY id DESC LIMIT ?) e
LEFT JOIN outbox o ON o.event_id = e.id
LEFT JOIN attempt a ON a.event_id = e.id AND a.id = (SELECT MAX(id) FROM attempt WHERE event_id = e.id)
ORDER BY e.id DESC
