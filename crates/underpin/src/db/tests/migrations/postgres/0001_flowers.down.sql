DROP TABLE flowers;
