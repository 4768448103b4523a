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
CREATE CACHED TABLE inbox (
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
  state VARCHAR(10) NOT NULL,
  due_at BIGINT,
  attempts INTEGER NOT NULL,
  busy_since BIGINT,
  last_status INTEGER,
  last_answer VARCHAR(1000),
  recorded_at BIGINT NOT NULL,
  settled_at BIGINT,
  notification BIGINT NOT NULL,
  request VARCHAR(16M)
);
CREATE UNIQUE INDEX event_unique_id ON event (unique_id);
CREATE INDEX event_notification ON event (notification);
CREATE INDEX event_due ON event (state, lane, due_at);
CREATE INDEX event_contact ON event (contact_id, state);

CREATE CACHED TABLE attempt (
  event_id BIGINT NOT NULL,
  attempted_at BIGINT NOT NULL,
  status INTEGER NOT NULL,
  answer VARCHAR(1000)
);
CREATE INDEX attempt_event ON attempt (event_id);

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
