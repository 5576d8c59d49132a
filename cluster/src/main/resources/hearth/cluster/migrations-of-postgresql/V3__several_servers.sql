-- What every server looks at anew when its number is another one than before.
CREATE TABLE topics (
    name   TEXT   NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);

-- The servers that share the database, each as long as its row has not expired by the database's own clock. `objects` is
-- where a server has its packages, empty for its own folder; `status` is what it says of itself, a line for each thing.
CREATE TABLE store_users (
    name    TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    owner   TEXT        NOT NULL,
    objects TEXT        NOT NULL,
    status  TEXT        NOT NULL,
    since   TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    heard   TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    expires TIMESTAMPTZ NOT NULL
);

-- Hosts that are to be given nothing more.
CREATE TABLE drains (
    host  TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    since TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);

-- Keys that requests are signed with, each as a line of the file that has them elsewhere.
CREATE TABLE access_keys (
    id     TEXT   NOT NULL PRIMARY KEY,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    line   TEXT   NOT NULL
);
