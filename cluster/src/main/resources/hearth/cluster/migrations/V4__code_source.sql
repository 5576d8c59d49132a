-- Where a version's code came from, as GetFunction shows it without its URL: a JSON document, as the configuration is.
ALTER TABLE functions ADD COLUMN code_source TEXT NOT NULL DEFAULT '{"RepositoryType":"S3"}';
ALTER TABLE functions ADD COLUMN serving_code_source TEXT;
UPDATE functions SET serving_code_source = '{"RepositoryType":"S3"}' WHERE serving_configuration IS NOT NULL;
ALTER TABLE function_versions ADD COLUMN code_source TEXT NOT NULL DEFAULT '{"RepositoryType":"S3"}';
