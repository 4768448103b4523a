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
INSERT INTO outbox
SELECT id, state, metric, lane, CASE WHEN state = 'waiting' THEN contact_id END, due_at, attempts, busy_since, last_status, last_answer, recorded_at
FROM event WHERE state <> 'delivered';

-- Every attempt, also the one that was taken.
CREATE CACHED TABLE attempted (
  event_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  attempted_at BIGINT NOT NULL,
  status INTEGER NOT NULL,
  answer VARCHAR(1000),
  PRIMARY KEY (event_id, id)
);
-- Before all that the sequence will give.
INSERT INTO attempted SELECT event_id, ROW_NUMBER() OVER () - 4000000000, attempted_at, status, answer FROM attempt;
INSERT INTO attempted
SELECT id, 0, settled_at, last_status, NULL FROM event
WHERE state = 'delivered' AND NOT EXISTS (SELECT 1 FROM attempt WHERE event_id = event.id AND status BETWEEN 200 AND 299);
DROP TABLE attempt;
ALTER TABLE attempted RENAME TO attempt;

DROP INDEX event_due;
DROP INDEX event_contact;
ALTER TABLE event DROP COLUMN state;
ALTER TABLE event DROP COLUMN due_at;
ALTER TABLE event DROP COLUMN attempts;
ALTER TABLE event DROP COLUMN busy_since;
ALTER TABLE event DROP COLUMN last_status;
ALTER TABLE event DROP COLUMN last_answer;
ALTER TABLE event DROP COLUMN settled_at;
CREATE INDEX event_contact ON event (contact_id);

SET TABLE inbox TYPE MEMORY;
