DELETE FROM intercom_authorization WHERE state = ? AND browser = ?
