/// Isolation: what stands between a function and everything else.
@NullMarked
package hearth.worker.sandbox;

import org.jspecify.annotations.NullMarked;
