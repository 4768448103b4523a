UPDATE open_case SET contact_id = ? WHERE contact_id = ?
