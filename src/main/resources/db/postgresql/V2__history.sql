-- A run of the historical import: what was asked for, and how far it is. The newest row is the current one. active is 1
-- while it is running or paused, else null: the index keeps a second one from beginning, on whichever instance.
CREATE TABLE import_run (
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
CREATE TABLE import_taken (
  run BIGINT NOT NULL,
  object_id VARCHAR(100) NOT NULL,
  PRIMARY KEY (run, object_id)
);

-- Up to when changes at Intercom were looked at; one row.
CREATE TABLE reconciliation (
  id INTEGER PRIMARY KEY,
  watermark BIGINT NOT NULL,
  last_run_at BIGINT,
  last_changed BIGINT NOT NULL,
  error VARCHAR(500),
  owner VARCHAR(100),
  lease_until BIGINT NOT NULL
);
