-- Numbers never come again: whoever writes what became of an event means that one.
-- An event that was answered with 202, and with which nobody is done. Times are milliseconds of the queue's own clock,
-- which never goes back.
CREATE TABLE events (
    id             INTEGER      PRIMARY KEY AUTOINCREMENT,
    account        VARCHAR(12)  NOT NULL,
    region         VARCHAR(64)  NOT NULL,
    name           VARCHAR(140) NOT NULL,
    qualifier      VARCHAR(128) NOT NULL,
    request_id     VARCHAR(36)  NOT NULL,
    invoked_arn    VARCHAR(512) NOT NULL,
    client_context TEXT,
    tenant         TEXT,
    trace_header   TEXT         NOT NULL,
    accepted       BIGINT       NOT NULL,
    due            BIGINT       NOT NULL,
    -- How often the function has failed on it.
    failures       INTEGER      NOT NULL,
    -- How often in a row the function could not be run on it.
    setbacks       INTEGER      NOT NULL,
    payload        BLOB         NOT NULL,
    -- Of the last failure: the version that ran, and the error that it gave.
    failed_version VARCHAR(128),
    failed_error   TEXT,
    failed_payload BLOB
);

-- Each function's queue, in the order in which its events are due.
CREATE INDEX events_queue ON events (account, region, name, due, id);

-- What somebody is to hear of an event that is done: the record for a destination, or the event itself for a dead
-- letter queue.
CREATE TABLE deliveries (
    id            INTEGER      PRIMARY KEY AUTOINCREMENT,
    target        VARCHAR(512) NOT NULL,
    account       VARCHAR(12)  NOT NULL,
    region        VARCHAR(64)  NOT NULL,
    name          VARCHAR(140) NOT NULL,
    qualifier     VARCHAR(128) NOT NULL,
    request_id    VARCHAR(36)  NOT NULL,
    trace_header  TEXT         NOT NULL,
    -- 'success', 'failure', or 'dead-letter'
    kind          VARCHAR(16)  NOT NULL,
    body          BLOB         NOT NULL,
    -- Of a dead letter: what its message says beside the event.
    error_code    VARCHAR(16),
    error_message TEXT,
    made          BIGINT       NOT NULL,
    due           BIGINT       NOT NULL,
    setbacks      INTEGER      NOT NULL,
    -- Why the last try failed, for operators.
    setback       TEXT
);

CREATE INDEX deliveries_queue ON deliveries (target, due, id);
