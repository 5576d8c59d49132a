/// What functions reach at addresses that exist inside their sandboxes alone: this server's API, and services on the
/// host's loopback.
@NullMarked
package hearth.worker.endpoints;

import org.jspecify.annotations.NullMarked;
