-- Servers that poll event sources, each under a name of this one life. One whose row is gone has none of its leases any
-- more. Only a row that is over is removed by others, and never comes back under the same name. rests is 1 while it
-- takes nothing more.
CREATE TABLE source_pollers (
    owner   TEXT        COLLATE "C" PRIMARY KEY,
    rests   INTEGER     NOT NULL,
    expires TIMESTAMPTZ NOT NULL
);

-- Whose an event source mapping is to poll: that of a server that is among the pollers, else nobody's. epoch counts its
-- owners.
CREATE TABLE source_leases (
    account TEXT   COLLATE "C" NOT NULL,
    region  TEXT   COLLATE "C" NOT NULL,
    uuid    TEXT   COLLATE "C" NOT NULL,
    owner   TEXT   COLLATE "C" NOT NULL,
    epoch   BIGINT NOT NULL,
    PRIMARY KEY (account, region, uuid),
    FOREIGN KEY (account, region, uuid) REFERENCES event_source_mappings (account, region, uuid) ON DELETE CASCADE
);
