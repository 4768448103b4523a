UPDATE reconciliation SET lease_until = 0 WHERE owner = ?
