SELECT id, unique_id, notification, lane FROM event WHERE id IN (SELECT event_id FROM outbox WHERE contact_id = ?)
