SELECT kind, COUNT(*) AS amount FROM open_case WHERE contact_id = ? AND is_open = 1 GROUP BY kind
