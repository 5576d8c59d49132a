/// The server's log: one line a record, on standard error.
@NullMarked
package hearth.server.logging;

import org.jspecify.annotations.NullMarked;
