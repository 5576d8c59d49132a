-- A layer, which is there as long as its name is known: numbers from version_counter are never used again, also when
-- all versions are deleted.
CREATE TABLE layers (
    account         VARCHAR(12)  NOT NULL,
    region          VARCHAR(64)  NOT NULL,
    name            VARCHAR(140) NOT NULL,
    version_counter BIGINT       NOT NULL,
    PRIMARY KEY (account, region, name)
);

-- The versions of a layer. What lists say of one is a JSON document. The policy is as the API shows it, and NULL while
-- there is none.
CREATE TABLE layer_versions (
    account     VARCHAR(12)  NOT NULL,
    region      VARCHAR(64)  NOT NULL,
    name        VARCHAR(140) NOT NULL,
    version     BIGINT       NOT NULL,
    code_digest CHAR(64)     NOT NULL,
    code_size   BIGINT       NOT NULL,
    document    TEXT         NOT NULL,
    revision_id VARCHAR(36)  NOT NULL,
    policy      TEXT,
    PRIMARY KEY (account, region, name, version),
    FOREIGN KEY (account, region, name) REFERENCES layers (account, region, name)
);

-- Which content is in use, and what an account uses.
CREATE INDEX layer_versions_code ON layer_versions (code_digest);
CREATE INDEX layer_versions_usage ON layer_versions (account, region, code_size);
