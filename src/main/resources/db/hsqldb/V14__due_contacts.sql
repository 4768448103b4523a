-- Contacts of whose cases the profile may have to be told. Apart from the cases, as outbox is from event: a few rows, in
-- memory as tables go. Cases stay for as long as they are open: in memory they would grow with the business, and be written
-- out at every checkpoint.
CREATE MEMORY TABLE due_contact (
  contact_id VARCHAR(100) PRIMARY KEY,
  due_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL
);
CREATE INDEX due_contact_due ON due_contact (due_at);
INSERT INTO due_contact
SELECT contact_id, MIN(due_at), MAX(attempts) FROM open_case WHERE contact_id IS NOT NULL AND due_at IS NOT NULL GROUP BY contact_id;

DROP INDEX open_case_due;
ALTER TABLE open_case DROP COLUMN due_at;
ALTER TABLE open_case DROP COLUMN attempts;
SET TABLE open_case TYPE CACHED;
