DELETE FROM instance WHERE id = ?
