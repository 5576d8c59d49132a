/// Polls data streams of Kinesis.
@NullMarked
package hearth.pollers.kinesis;

import org.jspecify.annotations.NullMarked;
