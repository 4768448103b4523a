UPDATE reconciliation SET watermark = ?, last_run_at = ?, last_changed = ?, error = ? WHERE id = 1
