UPDATE intercom_token SET sealed = ? WHERE sealed = ?
