/// How much memory the bytes of callers and functions may take in this process.
@NullMarked
package hearth.model.memory;

import org.jspecify.annotations.NullMarked;
