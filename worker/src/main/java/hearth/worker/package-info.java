/// A worker: runs execution environments on this host.
@NullMarked
package hearth.worker;

import org.jspecify.annotations.NullMarked;
