-- A function and its $LATEST. What the API says of it is a JSON document, so that new members need no migration;
-- columns are what is looked up, counted or compared. While an update is in progress, serving_* is what invocations
-- go on running; at all other times these are NULL and $LATEST itself serves.
CREATE TABLE functions (
    account               VARCHAR(12)  NOT NULL,
    region                VARCHAR(64)  NOT NULL,
    name                  VARCHAR(64)  NOT NULL,
    revision_id           VARCHAR(36)  NOT NULL,
    state                 VARCHAR(32)  NOT NULL,
    update_status         VARCHAR(32),
    generation            BIGINT       NOT NULL,
    code_digest           CHAR(64)     NOT NULL,
    code_size             BIGINT       NOT NULL,
    configuration         TEXT         NOT NULL,
    serving_generation    BIGINT,
    serving_code_digest   CHAR(64),
    serving_configuration TEXT,
    version_counter       BIGINT       NOT NULL,
    published_generation  BIGINT       NOT NULL,
    tags                  TEXT         NOT NULL,
    PRIMARY KEY (account, region, name)
);

-- The versions published of a function. Their numbers come from version_counter and are never used again.
CREATE TABLE function_versions (
    account       VARCHAR(12) NOT NULL,
    region        VARCHAR(64) NOT NULL,
    name          VARCHAR(64) NOT NULL,
    version       BIGINT      NOT NULL,
    revision_id   VARCHAR(36) NOT NULL,
    state         VARCHAR(32) NOT NULL,
    generation    BIGINT      NOT NULL,
    code_digest   CHAR(64)    NOT NULL,
    code_size     BIGINT      NOT NULL,
    configuration TEXT        NOT NULL,
    PRIMARY KEY (account, region, name, version),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE
);

-- What is on its way to another state, to be resumed after a crash.
CREATE INDEX functions_in_transition ON functions (account, region, name)
    WHERE state = 'Pending' OR update_status = 'InProgress';
CREATE INDEX function_versions_in_transition ON function_versions (account, region, name, version)
    WHERE state = 'Pending';

-- Which deployment packages are in use.
CREATE INDEX functions_code ON functions (code_digest);
CREATE INDEX functions_serving_code ON functions (serving_code_digest) WHERE serving_code_digest IS NOT NULL;
CREATE INDEX function_versions_code ON function_versions (code_digest);

-- What an account uses, answered from the index alone.
CREATE INDEX functions_usage ON functions (account, region, code_size);
CREATE INDEX function_versions_usage ON function_versions (account, region, code_size);

-- Numbers handed out once. next_value is above every number that was ever handed out.
CREATE TABLE sequences (
    name       VARCHAR(32) NOT NULL PRIMARY KEY,
    next_value BIGINT      NOT NULL
);
INSERT INTO sequences (name, next_value) VALUES ('generation', 1);
