-- What an event says to Klaviyo, in rows of its own: those of the log stay short, and its indices are read in few of them.
-- Events from before keep theirs in event.request until they are pruned: to copy them all would take long.
CREATE CACHED TABLE request (
  event_id BIGINT PRIMARY KEY,
  body VARCHAR(16M) NOT NULL
);
