UPDATE reconciliation SET lease_until = 0 WHERE lease_until > 0 AND owner NOT IN (SELECT CAST(id AS VARCHAR) FROM instance)
