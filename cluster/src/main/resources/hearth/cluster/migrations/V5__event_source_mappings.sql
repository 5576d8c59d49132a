-- An event source mapping. What the API says of it is a JSON document; columns are what is looked up. It outlives its
-- function, so that it refers to none.
CREATE TABLE event_source_mappings (
    account       VARCHAR(12)  NOT NULL,
    region        VARCHAR(64)  NOT NULL,
    uuid          VARCHAR(36)  NOT NULL,
    function_arn  VARCHAR(512) NOT NULL,
    source_arn    TEXT,
    state         VARCHAR(16)  NOT NULL,
    enabled       BOOLEAN      NOT NULL,
    configuration TEXT         NOT NULL,
    tags          TEXT         NOT NULL,
    PRIMARY KEY (account, region, uuid)
);

CREATE INDEX event_source_mappings_function ON event_source_mappings (account, region, function_arn, uuid);
CREATE INDEX event_source_mappings_source ON event_source_mappings (account, region, source_arn, uuid);

-- What is on its way to another state, to be resumed after a crash.
CREATE INDEX event_source_mappings_in_transition ON event_source_mappings (account, region, uuid)
    WHERE state NOT IN ('Enabled', 'Disabled');
