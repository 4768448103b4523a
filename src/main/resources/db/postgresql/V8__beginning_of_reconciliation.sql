-- When the program was first started: what happened before is history, and no gap. Unknown of stores that are older than
-- this column.
ALTER TABLE reconciliation ADD COLUMN began_at BIGINT NOT NULL DEFAULT 0;
