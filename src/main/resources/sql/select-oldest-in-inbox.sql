SELECT MIN(n.received_at) FROM notification n JOIN (SELECT MIN(id) AS id FROM inbox) i ON n.id = i.id
