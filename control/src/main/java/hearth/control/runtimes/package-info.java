/// Which build of its runtime a function runs, and when it changes.
@NullMarked
package hearth.control.runtimes;

import org.jspecify.annotations.NullMarked;
