SELECT e.*, COALESCE(r.body, e.request) AS body, c.packed, COALESCE(o.state, 'delivered') AS state, o.due_at, (SELECT COUNT(*) FROM attempt WHERE event_id = e.id) AS attempts,
  COALESCE(o.last_status, a.status) AS last_status, COALESCE(o.last_answer, a.answer) AS last_answer, a.attempted_at AS settled_at
FROM event e
LEFT JOIN outbox o ON o.event_id = e.id
LEFT JOIN request r ON r.event_id = e.id
LEFT JOIN content c ON c.id = e.id
LEFT JOIN attempt a ON a.event_id = e.id AND a.id = (SELECT MAX(id) FROM attempt WHERE event_id = e.id)
WHERE e.unique_id = ?
