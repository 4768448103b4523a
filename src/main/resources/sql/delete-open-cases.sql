DELETE FROM open_case WHERE contact_id = ?
