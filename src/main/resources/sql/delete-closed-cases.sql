DELETE FROM open_case WHERE is_open = 0 AND noted_at < ?
  AND NOT EXISTS (SELECT 1 FROM due_contact WHERE due_contact.contact_id = open_case.contact_id)
