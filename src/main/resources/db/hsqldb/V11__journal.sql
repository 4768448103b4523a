-- The journal beside the database, which holds webhooks until they are recorded: the number up to which all are, and that of
-- its newest file.
CREATE MEMORY TABLE journal (
  handled BIGINT NOT NULL,
  begun BIGINT NOT NULL
);
INSERT INTO journal VALUES (0, 0);
