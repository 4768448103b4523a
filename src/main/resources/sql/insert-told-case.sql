INSERT INTO open_case_told (profile, contact_id, conversations, tickets) VALUES (?, ?, -1, -1)
