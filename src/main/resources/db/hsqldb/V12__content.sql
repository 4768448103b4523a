-- Long texts, deflated UTF-8: the body of a notification or the request of an event, by the id of either. As text they are
-- written to the log and to the file of rows character by character. Those from before stay where they are until they are
-- pruned: to copy them all would take long.
CREATE CACHED TABLE content (
  id BIGINT PRIMARY KEY,
  deflated VARBINARY(16M) NOT NULL
);
