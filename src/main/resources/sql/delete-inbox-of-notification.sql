DELETE FROM inbox WHERE notification = ?
