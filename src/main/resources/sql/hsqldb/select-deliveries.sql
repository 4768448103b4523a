SELECT e.id, e.unique_id, e.metric, e.contact_id, o.attempts, o.busy_since, o.recorded_at, o.due_at, COALESCE(r.body, e.request) AS body, c.packed
FROM event e JOIN outbox o ON o.event_id = e.id
LEFT JOIN request r ON r.event_id = e.id LEFT JOIN content c ON c.id = e.id WHERE e.id IN (UNNEST(?))
