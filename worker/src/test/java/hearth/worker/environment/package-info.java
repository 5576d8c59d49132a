@NullMarked
package hearth.worker.environment;

import org.jspecify.annotations.NullMarked;
