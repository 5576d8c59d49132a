/// The ways to the workers.
@NullMarked
package hearth.invoke.workers;

import org.jspecify.annotations.NullMarked;
