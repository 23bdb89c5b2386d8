ALTER TABLE flowers ADD COLUMN colour text;
