-- usable_since = 5
ALTER TABLE functions ADD COLUMN colour TEXT NOT NULL DEFAULT '';
CREATE TABLE colours (name TEXT NOT NULL PRIMARY KEY);
