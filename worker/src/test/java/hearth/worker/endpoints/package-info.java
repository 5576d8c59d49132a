@NullMarked
package hearth.worker.endpoints;

import org.jspecify.annotations.NullMarked;
