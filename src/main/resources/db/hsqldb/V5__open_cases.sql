-- Conversations and tickets, and whether each is open (1) or closed (0). as_of grows with each state of the object;
-- due_at is set while the contact's profile may have to be told.
CREATE MEMORY TABLE open_case (
  kind VARCHAR(12) NOT NULL,
  object_id VARCHAR(100) NOT NULL,
  contact_id VARCHAR(100),
  is_open SMALLINT NOT NULL,
  as_of BIGINT NOT NULL,
  noted_at BIGINT NOT NULL,
  due_at BIGINT,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (kind, object_id)
);
CREATE INDEX open_case_contact ON open_case (contact_id);
CREATE INDEX open_case_due ON open_case (due_at);
CREATE INDEX open_case_closed ON open_case (is_open, noted_at);

-- What Klaviyo's profiles were told last; none where that is zero.
CREATE CACHED TABLE open_case_told (
  profile VARCHAR(320) PRIMARY KEY,
  contact_id VARCHAR(100) NOT NULL,
  conversations INTEGER NOT NULL,
  tickets INTEGER NOT NULL
);
CREATE INDEX open_case_told_contact ON open_case_told (contact_id);
