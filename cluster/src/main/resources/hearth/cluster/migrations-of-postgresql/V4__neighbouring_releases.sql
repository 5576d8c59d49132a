-- usable_since = 3
-- Which versions of the protocol a member speaks, in one incarnation. A table of its own: whoever knows nothing of it gives
-- the member's name to another process without saying a word here, and that one is then known to have said nothing.
CREATE TABLE member_protocols (
    name        TEXT   COLLATE "C" NOT NULL PRIMARY KEY REFERENCES members (name) ON DELETE CASCADE,
    incarnation BIGINT NOT NULL,
    protocol    TEXT   NOT NULL
);
