-- Instances that share this database. Each raises its beat every second; one whose beat stands still is deleted by
-- another. A row of inbox or event is claimed by the instance whose id stands in due_at (see Claims), and is released when
-- that instance is no longer here.
CREATE TABLE instance (
  id BIGINT PRIMARY KEY,
  beat BIGINT NOT NULL
);

-- What was sent to Klaviyo lately and what it says is left, by endpoint: all instances send at one pace. Room in the page
-- lets PostgreSQL change the row in place.
CREATE TABLE pace (
  endpoint VARCHAR(100) PRIMARY KEY,
  state TEXT NOT NULL
) WITH (fillfactor = 10);
