DELETE FROM outbox WHERE event_id = ?
