DELETE FROM intercom_token
