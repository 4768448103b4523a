UPDATE journal SET begun = ?
