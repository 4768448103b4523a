SELECT DISTINCT contact_id FROM event WHERE state = 'waiting' AND contact_id IN (UNNEST(?))
