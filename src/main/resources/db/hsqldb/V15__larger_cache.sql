-- Webhooks wait in the journal, so no sender waits while a full cache is written out: it may hold what indices are gone
-- through for. A database that is opened keeps the size it was made with.
SET FILES CACHE ROWS 100000;
SET FILES CACHE SIZE 65536;
