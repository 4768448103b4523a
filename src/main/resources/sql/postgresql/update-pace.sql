UPDATE pace SET state = ? WHERE endpoint = ?
