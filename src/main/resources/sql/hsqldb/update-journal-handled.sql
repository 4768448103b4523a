UPDATE journal SET handled = ?
