UPDATE instance SET beat = beat + 1 WHERE id = ?
