/// Polls queues of SQS.
@NullMarked
package hearth.pollers.sqs;

import org.jspecify.annotations.NullMarked;
