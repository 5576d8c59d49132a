/// Where an invocation enters: its checks, the cached function, its way to an environment, its answer.
@NullMarked
package hearth.invoke.frontend;

import org.jspecify.annotations.NullMarked;
