/// How many execution environments a function on Lambda Managed Instances has, which no function here is.
@NullMarked
package hearth.control.scaling;

import org.jspecify.annotations.NullMarked;
