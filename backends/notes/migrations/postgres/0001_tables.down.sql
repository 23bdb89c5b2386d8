-- The tables may be ParchMark's own, in use by it: going down leaves them, with everything in them.
SELECT 1;
