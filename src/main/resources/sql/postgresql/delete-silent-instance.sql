DELETE FROM instance WHERE id = ? AND beat = ?
