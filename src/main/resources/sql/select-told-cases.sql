SELECT profile, conversations, tickets FROM open_case_told WHERE contact_id = ?
