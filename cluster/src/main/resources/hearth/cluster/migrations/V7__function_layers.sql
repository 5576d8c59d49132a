-- What a version runs with of layers: digests in their order, parted by blanks. They stand here because a layer's
-- version may be deleted while functions go on with it.
ALTER TABLE functions ADD COLUMN layer_digests TEXT NOT NULL DEFAULT '';
ALTER TABLE functions ADD COLUMN serving_layer_digests TEXT;
UPDATE functions SET serving_layer_digests = '' WHERE serving_configuration IS NOT NULL;
ALTER TABLE function_versions ADD COLUMN layer_digests TEXT NOT NULL DEFAULT '';

-- The same, to find out which content is in use. Version 0 is $LATEST, with what serves while it is updated.
CREATE TABLE function_layers (
    account VARCHAR(12) NOT NULL,
    region  VARCHAR(64) NOT NULL,
    name    VARCHAR(64) NOT NULL,
    version BIGINT      NOT NULL,
    digest  CHAR(64)    NOT NULL,
    PRIMARY KEY (account, region, name, version, digest),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE
);
CREATE INDEX function_layers_digest ON function_layers (digest);
