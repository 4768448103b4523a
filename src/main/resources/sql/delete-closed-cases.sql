DELETE FROM open_case WHERE is_open = 0 AND noted_at < ? AND due_at IS NULL
