DELETE FROM open_case_told WHERE profile = ?
  AND EXISTS (SELECT 1 FROM open_case WHERE open_case.contact_id = ? AND open_case.due_at = ?)
