/// Polls topics of Kafka, of Amazon MSK and of its users' own clusters, as members of consumer groups.
@NullMarked
package hearth.pollers.kafka;

import org.jspecify.annotations.NullMarked;
