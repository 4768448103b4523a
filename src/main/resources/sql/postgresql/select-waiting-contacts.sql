SELECT DISTINCT contact_id FROM outbox WHERE contact_id = ANY (?)
