DELETE FROM duplicate WHERE LOWER(profile) = ?
