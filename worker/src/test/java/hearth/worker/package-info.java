@NullMarked
package hearth.worker;

import org.jspecify.annotations.NullMarked;
