-- usable_since = 3
-- Whose the stream of a mapping is to read: each poller that begins takes the next number, and one of an earlier number
-- moves no checkpoint any more. begun is 1 once it is written where the shards begin that the first poller found.
CREATE TABLE stream_claims (
    account TEXT   COLLATE "C" NOT NULL,
    region  TEXT   COLLATE "C" NOT NULL,
    uuid    TEXT   COLLATE "C" NOT NULL,
    number  BIGINT NOT NULL,
    begun   INTEGER NOT NULL,
    PRIMARY KEY (account, region, uuid),
    FOREIGN KEY (account, region, uuid) REFERENCES event_source_mappings (account, region, uuid) ON DELETE CASCADE
);

-- Where the poller of a mapping reads on in a shard; one without a row, at its beginning.
--
-- after_number is the number of the last record that is done with, empty when none is; since (milliseconds) is when a
-- mapping that begins at the end of its stream first asked for the shard, 0 for all others. state is 'open' or
-- 'finished'. window_start (milliseconds; -1 for none) and window_state are of the tumbling window that is open there.
CREATE TABLE stream_checkpoints (
    account      TEXT   COLLATE "C" NOT NULL,
    region       TEXT   COLLATE "C" NOT NULL,
    uuid         TEXT   COLLATE "C" NOT NULL,
    shard        TEXT   COLLATE "C" NOT NULL,
    state        TEXT   NOT NULL,
    after_number TEXT   NOT NULL,
    since        BIGINT NOT NULL,
    window_start BIGINT NOT NULL,
    window_state TEXT   NOT NULL,
    PRIMARY KEY (account, region, uuid, shard),
    FOREIGN KEY (account, region, uuid) REFERENCES stream_claims (account, region, uuid) ON DELETE CASCADE
);
