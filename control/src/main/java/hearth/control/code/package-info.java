/// Deployment packages of functions and layers: taken in, and counted.
@NullMarked
package hearth.control.code;

import org.jspecify.annotations.NullMarked;
