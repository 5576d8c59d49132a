-- usable_since = 6
ALTER TABLE functions ADD COLUMN colour TEXT NOT NULL DEFAULT '';
CREATE TABLE colours (name TEXT NOT NULL PRIMARY KEY);
