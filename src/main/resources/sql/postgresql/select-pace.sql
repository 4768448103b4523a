SELECT state, set_config('synchronous_commit', 'off', true) FROM pace WHERE endpoint = ? FOR UPDATE
