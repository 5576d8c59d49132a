/// Queues of Amazon MQ, of both of its engines.
@NullMarked
package hearth.pollers.mq;

import org.jspecify.annotations.NullMarked;
