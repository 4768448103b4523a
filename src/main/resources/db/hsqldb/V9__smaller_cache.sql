-- Everybody waits while a full cache is written out, 50 ms for one of 64 MB; what was stored just now is kept beside it.
-- A database that is opened keeps the size it was made with.
SET FILES CACHE ROWS 25000;
SET FILES CACHE SIZE 16384;
