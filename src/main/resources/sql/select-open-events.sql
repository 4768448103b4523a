SELECT e.id, e.unique_id, e.metric, e.profile, e.event_time, e.origin, o.state, o.due_at,
  (SELECT COUNT(*) FROM attempt WHERE event_id = e.id) AS attempts,
  COALESCE(o.last_status, a.status) AS last_status, COALESCE(o.last_answer, a.answer) AS last_answer, e.recorded_at,
  a.attempted_at AS settled_at
FROM (SELECT * FROM outbox WHERE {filter} ORDER BY event_id DESC LIMIT ?) o
JOIN event e ON e.id = o.event_id
LEFT JOIN attempt a ON a.event_id = e.id AND a.id = (SELECT MAX(id) FROM attempt WHERE event_id = e.id)
WHERE CAST(? AS VARCHAR(320)) IS NULL OR e.profile = ?
ORDER BY e.id DESC LIMIT ?
