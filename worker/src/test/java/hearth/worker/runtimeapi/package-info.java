@NullMarked
package hearth.worker.runtimeapi;

import org.jspecify.annotations.NullMarked;
