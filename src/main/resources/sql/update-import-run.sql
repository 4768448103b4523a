UPDATE import_run SET kind = ?, window_from = ?, window_millis = ?, page_size = ?, total = ?, done = ?, incomplete = ?,
  approximate = ?, unreadable = ?, error = ?
WHERE id = ? AND state = 'running' AND owner = ?
