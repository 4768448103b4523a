UPDATE import_run SET state = ?, finished_at = ?, error = ? WHERE id = ? AND state = ?
