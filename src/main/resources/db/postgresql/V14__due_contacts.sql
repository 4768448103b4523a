-- Contacts of whose cases the profile may have to be told, apart from the cases: these stay for as long as they are open.
-- No instance of an older version, which knows of cases only, changes one meanwhile.
LOCK TABLE open_case IN ACCESS EXCLUSIVE MODE;

CREATE TABLE due_contact (
  contact_id VARCHAR(100) PRIMARY KEY,
  due_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL
);
CREATE INDEX due_contact_due ON due_contact (due_at);
INSERT INTO due_contact
SELECT contact_id, MIN(due_at), MAX(attempts) FROM open_case WHERE contact_id IS NOT NULL AND due_at IS NOT NULL GROUP BY contact_id;

DROP INDEX open_case_due;
ALTER TABLE open_case DROP COLUMN due_at, DROP COLUMN attempts;
