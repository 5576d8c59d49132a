-- Deployment packages that are in a bucket, about to be, or to come there. A server that keeps its packages as files
-- has no rows here: docs/decisions/packages-in-a-bucket.md.
--
-- incarnation names the object, together with the digest: no two objects ever have the same, so that who removes one
-- late removes nothing else. 0 stands for no object yet.
-- state is what may be done: 'arriving' (being put: nothing may refer to it), 'stored' (in the bucket), 'local' (in use,
-- in the folder of a server that had no bucket, and not in the bucket yet), 'referred' (stays in the S3 of whoever
-- brought it).
-- held_until is by the database's clock, in seconds: until then the package is not removed, and after it whoever looks
-- finds out whether anything refers to it. NULL is a package that something referred to when it was looked at last.
CREATE TABLE packages (
    digest      CHAR(64)    NOT NULL PRIMARY KEY,
    incarnation BIGINT      NOT NULL,
    state       VARCHAR(16) NOT NULL,
    held_until  BIGINT
);
CREATE INDEX packages_held_until ON packages (held_until) WHERE held_until IS NOT NULL;

INSERT INTO sequences (name, next_value) VALUES ('package', 1);

-- Random values that were drawn once for all servers of this store, such as the key of the URLs of packages. The highest
-- number is the one to use; lower ones are still accepted, until they are deleted.
CREATE TABLE drawn_values (
    name   VARCHAR(64)  NOT NULL,
    number BIGINT       NOT NULL,
    value  VARCHAR(256) NOT NULL,
    PRIMARY KEY (name, number)
);
