SELECT sealed, connected_at FROM intercom_token
