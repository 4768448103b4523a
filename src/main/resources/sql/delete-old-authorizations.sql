DELETE FROM intercom_authorization WHERE expires_at < ?
