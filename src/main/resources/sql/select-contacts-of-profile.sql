SELECT DISTINCT contact_id FROM event WHERE LOWER(profile) = ? AND contact_id IS NOT NULL
