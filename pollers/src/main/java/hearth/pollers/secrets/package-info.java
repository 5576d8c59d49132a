/// The secrets by which pollers get at sources that ask for one.
@NullMarked
package hearth.pollers.secrets;

import org.jspecify.annotations.NullMarked;
