/// How asynchronous invocations of a function, a version or an alias are retried, and where they end.
@NullMarked
package hearth.control.eventinvoke;

import org.jspecify.annotations.NullMarked;
