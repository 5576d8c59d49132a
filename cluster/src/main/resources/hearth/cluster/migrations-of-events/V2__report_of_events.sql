-- What `hearth events` tells of a queue is in the queue's index too: of a million events no row is read.
DROP INDEX events_queue;
CREATE INDEX events_queue ON events (account, region, name, due, id, accepted, failures, setbacks);
