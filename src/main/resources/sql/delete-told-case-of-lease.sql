DELETE FROM open_case_told WHERE profile = ?
  AND EXISTS (SELECT 1 FROM due_contact WHERE due_contact.contact_id = ? AND due_contact.due_at = ?)
