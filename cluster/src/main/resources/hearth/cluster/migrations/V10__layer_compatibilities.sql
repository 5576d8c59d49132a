-- What each version of a layer says that it is for, to filter lists by: of kind 'runtime' or 'architecture'.
CREATE TABLE layer_compatibilities (
    account VARCHAR(12)  NOT NULL,
    region  VARCHAR(64)  NOT NULL,
    name    VARCHAR(140) NOT NULL,
    version BIGINT       NOT NULL,
    kind    VARCHAR(16)  NOT NULL,
    value   VARCHAR(64)  NOT NULL,
    PRIMARY KEY (account, region, name, version, kind, value),
    FOREIGN KEY (account, region, name, version) REFERENCES layer_versions (account, region, name, version)
        ON DELETE CASCADE
);

INSERT INTO layer_compatibilities (account, region, name, version, kind, value)
SELECT DISTINCT account, region, name, version, 'runtime', value
FROM layer_versions, json_each(layer_versions.document, '$.CompatibleRuntimes')
UNION ALL
SELECT DISTINCT account, region, name, version, 'architecture', value
FROM layer_versions, json_each(layer_versions.document, '$.CompatibleArchitectures');
