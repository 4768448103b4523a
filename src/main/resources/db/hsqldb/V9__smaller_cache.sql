-- As new stores are opened with: everybody waits while a full cache is written out.
SET FILES CACHE ROWS 25000;
SET FILES CACHE SIZE 16384;
