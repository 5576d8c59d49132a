@NullMarked
package hearth.worker.logs;

import org.jspecify.annotations.NullMarked;
