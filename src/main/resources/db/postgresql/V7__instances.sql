-- Instances that share this database. Each says every second that it lives, by the server's clock; one that has been silent
-- is deleted by another. A row of inbox or event is claimed by the instance whose id stands in due_at, beyond all time, and
-- is due again when that instance is no longer here.
CREATE TABLE instance (
  id BIGINT PRIMARY KEY,
  beat_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- What was sent to Klaviyo lately and what it says is left, by endpoint: all instances send at one pace. Room in the page
-- lets PostgreSQL change the row in place.
CREATE TABLE pace (
  endpoint VARCHAR(100) PRIMARY KEY,
  state TEXT NOT NULL
) WITH (fillfactor = 10);
