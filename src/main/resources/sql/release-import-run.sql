UPDATE import_run SET lease_until = 0 WHERE owner = ?
