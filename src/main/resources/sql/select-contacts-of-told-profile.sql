SELECT DISTINCT contact_id FROM open_case_told WHERE LOWER(profile) = ?
