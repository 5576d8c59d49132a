-- Packages that stay in S3: where each lies, and what it was found to be. The id stands where packages that are kept
-- have their digest: in code_digest, layer_digests and function_layers.
CREATE TABLE code_references (
    id             CHAR(64)      NOT NULL PRIMARY KEY,
    object         VARCHAR(8192) NOT NULL,
    content_digest CHAR(64)      NOT NULL,
    size           BIGINT        NOT NULL,
    unzipped_size  BIGINT        NOT NULL
);
