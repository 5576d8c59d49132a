/// Code signing configurations, and which function keeps to which.
@NullMarked
package hearth.control.signing;

import org.jspecify.annotations.NullMarked;
