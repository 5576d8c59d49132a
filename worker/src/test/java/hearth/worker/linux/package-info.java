@NullMarked
package hearth.worker.linux;

import org.jspecify.annotations.NullMarked;
