-- An event that was answered with 202, and with which nobody is done. Times are milliseconds of the queue's own clock,
-- which never goes back. Numbers never come again: whoever writes what became of an event means that one.
CREATE TABLE events (
    id             BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account        TEXT    COLLATE "C" NOT NULL,
    region         TEXT    COLLATE "C" NOT NULL,
    name           TEXT    COLLATE "C" NOT NULL,
    qualifier      TEXT    NOT NULL,
    request_id     TEXT    NOT NULL,
    invoked_arn    TEXT    NOT NULL,
    client_context TEXT,
    tenant         TEXT,
    trace_header   TEXT    NOT NULL,
    accepted       BIGINT  NOT NULL,
    due            BIGINT  NOT NULL,
    -- How often the function has failed on it.
    failures       INTEGER NOT NULL,
    -- How often in a row the function could not be run on it.
    setbacks       INTEGER NOT NULL,
    payload        BYTEA   NOT NULL,
    -- Of the last failure: the version that ran, and the error that it gave.
    failed_version TEXT,
    failed_error   TEXT,
    failed_payload BYTEA
);

-- Each function's queue, in the order in which its events are due, with what `hearth events` tells of it.
CREATE INDEX events_queue ON events (account, region, name, due, id) INCLUDE (accepted, failures, setbacks);

-- What somebody is to hear of an event that is done: the record for a destination, or the event itself for a dead
-- letter queue.
CREATE TABLE deliveries (
    id            BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target        TEXT    COLLATE "C" NOT NULL,
    account       TEXT    NOT NULL,
    region        TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    qualifier     TEXT    NOT NULL,
    request_id    TEXT    NOT NULL,
    trace_header  TEXT    NOT NULL,
    -- 'success', 'failure', or 'dead-letter'
    kind          TEXT    NOT NULL,
    body          BYTEA   NOT NULL,
    -- Of a dead letter: what its message says beside the event.
    error_code    TEXT,
    error_message TEXT,
    made          BIGINT  NOT NULL,
    due           BIGINT  NOT NULL,
    setbacks      INTEGER NOT NULL,
    -- Why the last try failed, for operators.
    setback       TEXT
);

CREATE INDEX deliveries_queue ON deliveries (target, due, id);
