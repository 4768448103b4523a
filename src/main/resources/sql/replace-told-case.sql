UPDATE open_case_told SET conversations = ?, tickets = ? WHERE profile = ?
