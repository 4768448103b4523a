UPDATE import_run SET owner = ?, lease_until = ? WHERE id = ? AND state = 'running' AND (owner IS NULL OR owner = ? OR lease_until < ?)
