MERGE INTO due_contact AS d
USING (SELECT DISTINCT contact_id, CAST(? AS BIGINT) AS due_at FROM open_case WHERE contact_id = ? AND is_open = 1) AS c
ON d.contact_id = c.contact_id
WHEN MATCHED THEN UPDATE SET d.due_at = c.due_at, d.attempts = 0
WHEN NOT MATCHED THEN INSERT (contact_id, due_at, attempts) VALUES (c.contact_id, c.due_at, 0)
