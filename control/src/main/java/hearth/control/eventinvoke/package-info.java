/// Event invoke configs: how asynchronous invocations are retried, and where their outcomes go.
@NullMarked
package hearth.control.eventinvoke;

import org.jspecify.annotations.NullMarked;
