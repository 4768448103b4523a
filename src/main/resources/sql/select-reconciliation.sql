SELECT began_at, watermark, last_run_at, last_changed, error FROM reconciliation WHERE id = 1
