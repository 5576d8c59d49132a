/// Event source mappings at work: pollers take messages out of queues and records out of streams, and run functions on
/// them as any client of the Frontend does.
@NullMarked
package hearth.pollers;

import org.jspecify.annotations.NullMarked;
