UPDATE open_case_told SET contact_id = ? WHERE contact_id = ?
