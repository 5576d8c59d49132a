/// The language runtimes that this host has.
@NullMarked
package hearth.worker.runtimes;

import org.jspecify.annotations.NullMarked;
