-- Who is, or was, of the cluster, and where it is reached. One process has a name at a time: that of the incarnation.
-- The generation counts how often the cluster was founded; 0 while a member has not joined.
CREATE TABLE members (
    name        TEXT        COLLATE "C" NOT NULL PRIMARY KEY,
    incarnation BIGINT      NOT NULL,
    state       TEXT        NOT NULL,
    generation  BIGINT      NOT NULL,
    address     TEXT        NOT NULL,
    workers     TEXT        NOT NULL,
    api         TEXT        NOT NULL,
    zone        TEXT        NOT NULL,
    roles       TEXT        NOT NULL,
    version     TEXT        NOT NULL,
    beat        TIMESTAMPTZ NOT NULL
);
