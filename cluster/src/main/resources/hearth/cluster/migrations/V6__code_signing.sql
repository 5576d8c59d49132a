-- A code signing configuration. What the API says of it is a JSON document.
CREATE TABLE code_signing_configs (
    account       VARCHAR(12) NOT NULL,
    region        VARCHAR(64) NOT NULL,
    id            VARCHAR(21) NOT NULL,
    configuration TEXT        NOT NULL,
    tags          TEXT        NOT NULL,
    PRIMARY KEY (account, region, id)
);

-- Which function keeps to which configuration. A configuration that a function keeps to cannot be deleted.
CREATE TABLE function_code_signing (
    account   VARCHAR(12) NOT NULL,
    region    VARCHAR(64) NOT NULL,
    name      VARCHAR(64) NOT NULL,
    config_id VARCHAR(21) NOT NULL,
    PRIMARY KEY (account, region, name),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE,
    FOREIGN KEY (account, region, config_id) REFERENCES code_signing_configs (account, region, id)
);

CREATE INDEX function_code_signing_config ON function_code_signing (account, region, config_id, name);
