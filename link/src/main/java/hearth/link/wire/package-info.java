/// One connection between a frontend and a worker: frames, whose turn it is, and whether the other side lives.
@NullMarked
package hearth.link.wire;

import org.jspecify.annotations.NullMarked;
