UPDATE import_run SET state = ?, active = ?, finished_at = ?, error = ? WHERE id = ? AND state = ?
