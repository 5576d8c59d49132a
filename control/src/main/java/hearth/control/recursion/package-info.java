/// Whether a function may invoke itself through other services without end.
@NullMarked
package hearth.control.recursion;

import org.jspecify.annotations.NullMarked;
