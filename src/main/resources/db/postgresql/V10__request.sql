-- What an event says to Klaviyo, in rows of its own: those of the log stay short, and its indices are read in few of them.
CREATE TABLE request (
  event_id BIGINT PRIMARY KEY,
  body TEXT NOT NULL
);
INSERT INTO request SELECT id, request FROM event WHERE request IS NOT NULL;
ALTER TABLE event DROP COLUMN request;
