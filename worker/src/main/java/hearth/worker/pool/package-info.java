/// Runtimes that are up before their function is known.
@NullMarked
package hearth.worker.pool;

import org.jspecify.annotations.NullMarked;
