ALTER TABLE functions RENAME COLUMN tags TO labels;
