DELETE FROM open_case_told WHERE profile = ?
