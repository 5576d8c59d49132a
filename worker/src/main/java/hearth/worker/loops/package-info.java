/// The event loops that everything with a socket runs on.
@NullMarked
package hearth.worker.loops;

import org.jspecify.annotations.NullMarked;
