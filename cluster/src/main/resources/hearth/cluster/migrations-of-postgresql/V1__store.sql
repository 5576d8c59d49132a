-- The tables of the embedded store at its version 10, whose migrations say what each is for. Texts that are ordered by are
-- ordered by their bytes, as there. Lengths are nobody's business but the API's.
CREATE TABLE functions (
    account               TEXT   COLLATE "C" NOT NULL,
    region                TEXT   COLLATE "C" NOT NULL,
    name                  TEXT   COLLATE "C" NOT NULL,
    revision_id           TEXT   NOT NULL,
    state                 TEXT   NOT NULL,
    update_status         TEXT,
    generation            BIGINT NOT NULL,
    code_digest           TEXT   NOT NULL,
    code_size             BIGINT NOT NULL,
    configuration         TEXT   NOT NULL,
    serving_generation    BIGINT,
    serving_code_digest   TEXT,
    serving_configuration TEXT,
    version_counter       BIGINT NOT NULL,
    published_generation  BIGINT NOT NULL,
    tags                  TEXT   NOT NULL,
    code_source           TEXT   NOT NULL,
    serving_code_source   TEXT,
    layer_digests         TEXT   NOT NULL,
    serving_layer_digests TEXT,
    PRIMARY KEY (account, region, name)
);
CREATE INDEX functions_in_transition ON functions (account, region, name)
    WHERE state = 'Pending' OR update_status = 'InProgress';
CREATE INDEX functions_code ON functions (code_digest);
CREATE INDEX functions_serving_code ON functions (serving_code_digest) WHERE serving_code_digest IS NOT NULL;
CREATE INDEX functions_usage ON functions (account, region) INCLUDE (code_size);

CREATE TABLE function_versions (
    account       TEXT   COLLATE "C" NOT NULL,
    region        TEXT   COLLATE "C" NOT NULL,
    name          TEXT   COLLATE "C" NOT NULL,
    version       BIGINT NOT NULL,
    revision_id   TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    generation    BIGINT NOT NULL,
    code_digest   TEXT   NOT NULL,
    code_size     BIGINT NOT NULL,
    configuration TEXT   NOT NULL,
    code_source   TEXT   NOT NULL,
    layer_digests TEXT   NOT NULL,
    PRIMARY KEY (account, region, name, version),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE
);
CREATE INDEX function_versions_in_transition ON function_versions (account, region, name, version)
    WHERE state = 'Pending';
CREATE INDEX function_versions_code ON function_versions (code_digest);
CREATE INDEX function_versions_usage ON function_versions (account, region) INCLUDE (code_size);

CREATE TABLE aliases (
    account       TEXT COLLATE "C" NOT NULL,
    region        TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    alias         TEXT COLLATE "C" NOT NULL,
    configuration TEXT NOT NULL,
    PRIMARY KEY (account, region, name, alias),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE
);

CREATE TABLE function_settings (
    account   TEXT COLLATE "C" NOT NULL,
    region    TEXT COLLATE "C" NOT NULL,
    name      TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    qualifier TEXT COLLATE "C" NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (account, region, name, kind, qualifier),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE
);
CREATE INDEX function_settings_kind ON function_settings (kind, account, region, name, qualifier);

CREATE TABLE function_layers (
    account TEXT   COLLATE "C" NOT NULL,
    region  TEXT   COLLATE "C" NOT NULL,
    name    TEXT   COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    digest  TEXT   NOT NULL,
    PRIMARY KEY (account, region, name, version, digest),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE
);
CREATE INDEX function_layers_digest ON function_layers (digest);

CREATE TABLE layers (
    account         TEXT   COLLATE "C" NOT NULL,
    region          TEXT   COLLATE "C" NOT NULL,
    name            TEXT   COLLATE "C" NOT NULL,
    version_counter BIGINT NOT NULL,
    PRIMARY KEY (account, region, name)
);

CREATE TABLE layer_versions (
    account     TEXT   COLLATE "C" NOT NULL,
    region      TEXT   COLLATE "C" NOT NULL,
    name        TEXT   COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL,
    code_digest TEXT   NOT NULL,
    code_size   BIGINT NOT NULL,
    document    TEXT   NOT NULL,
    revision_id TEXT   NOT NULL,
    policy      TEXT,
    PRIMARY KEY (account, region, name, version),
    FOREIGN KEY (account, region, name) REFERENCES layers (account, region, name)
);
CREATE INDEX layer_versions_code ON layer_versions (code_digest);
CREATE INDEX layer_versions_usage ON layer_versions (account, region) INCLUDE (code_size);

CREATE TABLE layer_compatibilities (
    account TEXT   COLLATE "C" NOT NULL,
    region  TEXT   COLLATE "C" NOT NULL,
    name    TEXT   COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    value   TEXT   NOT NULL,
    PRIMARY KEY (account, region, name, version, kind, value),
    FOREIGN KEY (account, region, name, version) REFERENCES layer_versions (account, region, name, version)
        ON DELETE CASCADE
);

CREATE TABLE event_source_mappings (
    account       TEXT    COLLATE "C" NOT NULL,
    region        TEXT    COLLATE "C" NOT NULL,
    uuid          TEXT    COLLATE "C" NOT NULL,
    function_arn  TEXT    NOT NULL,
    source_arn    TEXT,
    state         TEXT    NOT NULL,
    enabled       BOOLEAN NOT NULL,
    configuration TEXT    NOT NULL,
    tags          TEXT    NOT NULL,
    PRIMARY KEY (account, region, uuid)
);
CREATE INDEX event_source_mappings_function ON event_source_mappings (account, region, function_arn, uuid);
CREATE INDEX event_source_mappings_source ON event_source_mappings (account, region, source_arn, uuid);
CREATE INDEX event_source_mappings_in_transition ON event_source_mappings (account, region, uuid)
    WHERE state NOT IN ('Enabled', 'Disabled');

CREATE TABLE code_signing_configs (
    account       TEXT COLLATE "C" NOT NULL,
    region        TEXT COLLATE "C" NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    configuration TEXT NOT NULL,
    tags          TEXT NOT NULL,
    PRIMARY KEY (account, region, id)
);

CREATE TABLE function_code_signing (
    account   TEXT COLLATE "C" NOT NULL,
    region    TEXT COLLATE "C" NOT NULL,
    name      TEXT COLLATE "C" NOT NULL,
    config_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, region, name),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE,
    FOREIGN KEY (account, region, config_id) REFERENCES code_signing_configs (account, region, id)
);
CREATE INDEX function_code_signing_config ON function_code_signing (account, region, config_id, name);

CREATE TABLE account_concurrency (
    account     TEXT   NOT NULL,
    region      TEXT   NOT NULL,
    reserved    BIGINT NOT NULL,
    provisioned BIGINT NOT NULL,
    PRIMARY KEY (account, region)
);

CREATE TABLE code_references (
    id             TEXT   NOT NULL PRIMARY KEY,
    object         TEXT   NOT NULL,
    content_digest TEXT   NOT NULL,
    size           BIGINT NOT NULL,
    unzipped_size  BIGINT NOT NULL
);

CREATE SEQUENCE generation_numbers;

-- That a node has changed a function, so that the others look again. `transaction` is the one that wrote the row.
CREATE TABLE changes (
    id          BIGINT      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction BIGINT      NOT NULL,
    node        TEXT        NOT NULL,
    account     TEXT        NOT NULL,
    region      TEXT        NOT NULL,
    name        TEXT        NOT NULL,
    settings    TEXT        NOT NULL,
    made        TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE INDEX changes_transaction ON changes (transaction);
CREATE INDEX changes_made ON changes (made);

-- Who has something for itself, for a while that the database's own clock measures. The epoch counts its owners.
CREATE TABLE leases (
    name    TEXT        NOT NULL PRIMARY KEY,
    owner   TEXT        NOT NULL,
    epoch   BIGINT      NOT NULL,
    expires TIMESTAMPTZ NOT NULL
);
