-- Names for versions of a function, that can be pointed elsewhere.
CREATE TABLE aliases (
    account       VARCHAR(12)  NOT NULL,
    region        VARCHAR(64)  NOT NULL,
    name          VARCHAR(64)  NOT NULL,
    alias         VARCHAR(128) NOT NULL,
    configuration TEXT         NOT NULL,
    PRIMARY KEY (account, region, name, alias),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE
);

-- What is set of a function as a whole (the qualifier is empty), of one of its versions or of an alias, beside its
-- configuration: its policy, its reserved concurrency, its URL. One row is one document of one kind.
CREATE TABLE function_settings (
    account   VARCHAR(12)  NOT NULL,
    region    VARCHAR(64)  NOT NULL,
    name      VARCHAR(64)  NOT NULL,
    kind      VARCHAR(32)  NOT NULL,
    qualifier VARCHAR(128) NOT NULL,
    document  TEXT         NOT NULL,
    PRIMARY KEY (account, region, name, kind, qualifier),
    FOREIGN KEY (account, region, name) REFERENCES functions (account, region, name) ON DELETE CASCADE
);

-- All settings of a kind, whoever's they are.
CREATE INDEX function_settings_kind ON function_settings (kind, account, region, name, qualifier);
