-- A name is compared as it is: the standard's way fills the shorter of two with blanks first, each time anew, and takes
-- two that differ in blanks at their end for one.
SET DATABASE COLLATION SQL_TEXT NO PAD;
