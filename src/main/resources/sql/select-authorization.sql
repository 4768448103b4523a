SELECT expires_at FROM intercom_authorization WHERE state = ? AND browser = ?
