-- What V1 to V15 make of an empty database, made at once: a new one is there sooner. Never changed: what comes after has a
-- version of its own, and runs on both.

-- The inbox: notifications on disk before they are answered, and what is still to be done with each.
CREATE CACHED TABLE notification (
  id BIGINT PRIMARY KEY,
  origin VARCHAR(10) NOT NULL,
  topic VARCHAR(100) NOT NULL,
  notification_id VARCHAR(100) NOT NULL,
  received_at BIGINT NOT NULL,
  body VARCHAR(16M) NOT NULL
);

-- lane 0 is live, 1 reconciled, 2 history; due_at moves on while somebody has to be waited for.
CREATE MEMORY TABLE inbox (
  id BIGINT PRIMARY KEY,
  notification BIGINT NOT NULL,
  lane SMALLINT NOT NULL,
  due_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  replays VARCHAR(255)
);
CREATE INDEX inbox_due ON inbox (lane, due_at);
CREATE INDEX inbox_notification ON inbox (notification);

-- The delivery log: every event and what became of it. The unique_id is the idempotent key.
CREATE CACHED TABLE event (
  id BIGINT PRIMARY KEY,
  unique_id VARCHAR(255) NOT NULL,
  metric VARCHAR(127),
  contact_id VARCHAR(100),
  profile VARCHAR(320),
  event_time BIGINT,
  origin VARCHAR(10) NOT NULL,
  lane SMALLINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  notification BIGINT NOT NULL,
  request VARCHAR(16M)
);
CREATE UNIQUE INDEX event_unique_id ON event (unique_id);
CREATE INDEX event_notification ON event (notification);
CREATE INDEX event_contact ON event (contact_id);

-- Events that are not with Klaviyo yet: pending, waiting or parked. One that is delivered leaves; its row in event is never
-- written again, which spares five indices and its request a second time. In memory as tables go: changes are logged to
-- disk like any other, but rows are found without reading a file.
CREATE MEMORY TABLE outbox (
  event_id BIGINT PRIMARY KEY,
  state VARCHAR(10) NOT NULL,
  metric VARCHAR(127),
  lane SMALLINT NOT NULL,
  -- of a waiting event only: by it the event is found when somebody says who the contact is
  contact_id VARCHAR(100),
  due_at BIGINT,
  attempts INTEGER NOT NULL,
  busy_since BIGINT,
  last_status INTEGER,
  last_answer VARCHAR(1000),
  recorded_at BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (state, lane, due_at);
CREATE INDEX outbox_contact ON outbox (contact_id);

-- Every attempt, also the one that was taken.
CREATE CACHED TABLE attempt (
  event_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  attempted_at BIGINT NOT NULL,
  status INTEGER NOT NULL,
  answer VARCHAR(1000),
  PRIMARY KEY (event_id, id)
);

-- Facts that were already known when a notification told them again.
CREATE CACHED TABLE duplicate (
  id BIGINT PRIMARY KEY,
  unique_id VARCHAR(255) NOT NULL,
  metric VARCHAR(127),
  event_time BIGINT,
  origin VARCHAR(10) NOT NULL,
  profile VARCHAR(320),
  recorded_at BIGINT NOT NULL
);

-- Counts by kind (received, delivered, duplicate, filtered, gap), name (metric or topic) and hour since 1970.
CREATE CACHED TABLE tally (
  kind VARCHAR(20) NOT NULL,
  name VARCHAR(127) NOT NULL,
  hour BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (kind, name, hour)
);

-- Ids are taken in blocks of a thousand: no round trip for each row, and in order within one instance.
CREATE SEQUENCE ids START WITH 1000 INCREMENT BY 1000;

-- A run of the historical import: what was asked for, and how far it is. The newest row is the current one. active is 1
-- while it is running or paused, else null: the index keeps a second one from beginning, on whichever instance.
CREATE CACHED TABLE import_run (
  id BIGINT PRIMARY KEY,
  state VARCHAR(10) NOT NULL,
  active SMALLINT,
  since_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  metrics VARCHAR(1000) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  window_from BIGINT NOT NULL,
  window_millis BIGINT NOT NULL,
  page_size INTEGER NOT NULL,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL,
  events_before BIGINT NOT NULL,
  incomplete BIGINT NOT NULL,
  approximate BIGINT NOT NULL,
  unreadable BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  error VARCHAR(500),
  owner VARCHAR(100),
  lease_until BIGINT NOT NULL
);
CREATE UNIQUE INDEX import_run_active ON import_run (active);

-- Objects of the window that is being read which are in the inbox already: who goes on with it leaves them out.
CREATE CACHED TABLE import_taken (
  run BIGINT NOT NULL,
  object_id VARCHAR(100) NOT NULL,
  PRIMARY KEY (run, object_id)
);

-- Up to when changes at Intercom were looked at; one row.
CREATE CACHED TABLE reconciliation (
  id INTEGER PRIMARY KEY,
  watermark BIGINT NOT NULL,
  last_run_at BIGINT,
  last_changed BIGINT NOT NULL,
  error VARCHAR(500),
  owner VARCHAR(100),
  lease_until BIGINT NOT NULL,
  -- when the program was first started: what happened before is history, and no gap
  began_at BIGINT DEFAULT 0 NOT NULL
);

-- The access token of a connected Intercom app, encrypted; one row.
CREATE CACHED TABLE intercom_token (
  id INTEGER PRIMARY KEY,
  sealed VARCHAR(4000) NOT NULL,
  connected_at BIGINT NOT NULL
);

-- Attempts to connect that are under way: digests of the state and of the browser's cookie.
CREATE CACHED TABLE intercom_authorization (
  state VARCHAR(64) PRIMARY KEY,
  browser VARCHAR(64) NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Conversations and tickets, and whether each is open (1) or closed (0). as_of grows with each state of the object.
CREATE CACHED TABLE open_case (
  kind VARCHAR(12) NOT NULL,
  object_id VARCHAR(100) NOT NULL,
  contact_id VARCHAR(100),
  is_open SMALLINT NOT NULL,
  as_of BIGINT NOT NULL,
  noted_at BIGINT NOT NULL,
  PRIMARY KEY (kind, object_id)
);
CREATE INDEX open_case_contact ON open_case (contact_id);
CREATE INDEX open_case_closed ON open_case (is_open, noted_at);

-- Contacts of whose cases the profile may have to be told. Apart from the cases, as outbox is from event: a few rows, in
-- memory as tables go. Cases stay for as long as they are open: in memory they would grow with the business, and be written
-- out at every checkpoint.
CREATE MEMORY TABLE due_contact (
  contact_id VARCHAR(100) PRIMARY KEY,
  due_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL
);
CREATE INDEX due_contact_due ON due_contact (due_at);

-- What Klaviyo's profiles were told last; none where that is zero.
CREATE CACHED TABLE open_case_told (
  profile VARCHAR(320) PRIMARY KEY,
  contact_id VARCHAR(100) NOT NULL,
  conversations INTEGER NOT NULL,
  tickets INTEGER NOT NULL
);
CREATE INDEX open_case_told_contact ON open_case_told (contact_id);

-- Older versions kept requests here; a store that was made by this one has no rows in it.
CREATE CACHED TABLE request (
  event_id BIGINT PRIMARY KEY,
  body VARCHAR(16M) NOT NULL
);

-- The journal beside the database, which holds webhooks until they are recorded: the number up to which all are, and that of
-- its newest file.
CREATE MEMORY TABLE journal (
  handled BIGINT NOT NULL,
  begun BIGINT NOT NULL
);
INSERT INTO journal VALUES (0, 0);

-- Long texts, packed UTF-8: the body of a notification or the request of an event, by the id of either. As text they are
-- written to the log and to the file of rows character by character.
CREATE CACHED TABLE content (
  id BIGINT PRIMARY KEY,
  packed VARBINARY(16M) NOT NULL
);
