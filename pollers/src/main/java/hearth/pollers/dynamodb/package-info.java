/// Polls streams of DynamoDB's tables.
@NullMarked
package hearth.pollers.dynamodb;

import org.jspecify.annotations.NullMarked;
