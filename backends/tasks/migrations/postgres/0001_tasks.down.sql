-- The table may be the old program's own, in use by it: going down leaves it, with everything in it.
SELECT 1;
