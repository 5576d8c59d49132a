/// Event sources that real brokers have, to which, and to the servers that poll them, faults are done.
@NullMarked
package hearth.conformance.faults.sources;

import org.jspecify.annotations.NullMarked;
