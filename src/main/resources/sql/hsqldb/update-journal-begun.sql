UPDATE journal SET begun = ? WHERE begun < ?
