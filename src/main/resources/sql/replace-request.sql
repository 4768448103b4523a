UPDATE request SET body = ? WHERE event_id = ?
