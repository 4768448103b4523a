DELETE FROM instance WHERE beat_at < clock_timestamp() - INTERVAL '5 seconds' RETURNING id
