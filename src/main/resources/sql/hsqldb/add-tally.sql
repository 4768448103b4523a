MERGE INTO tally AS t
USING (VALUES (CAST(? AS VARCHAR(20)), CAST(? AS VARCHAR(127)), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))) AS n (kind, name, hour, amount, last_at)
ON t.kind = n.kind AND t.name = n.name AND t.hour = n.hour
WHEN MATCHED THEN UPDATE SET t.amount = t.amount + n.amount, t.last_at = GREATEST(t.last_at, n.last_at)
WHEN NOT MATCHED THEN INSERT (kind, name, hour, amount, last_at) VALUES (n.kind, n.name, n.hour, n.amount, n.last_at)
