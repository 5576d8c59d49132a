/// A cluster of several hosts under load, to which one fault after the other is done.
@NullMarked
package hearth.conformance.faults;

import org.jspecify.annotations.NullMarked;
