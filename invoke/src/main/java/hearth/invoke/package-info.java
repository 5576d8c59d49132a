/// The synchronous path of an invocation, put together from its four parts.
@NullMarked
package hearth.invoke;

import org.jspecify.annotations.NullMarked;
