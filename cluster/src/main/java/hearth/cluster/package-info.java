/// What Hearth keeps: functions and their versions in a database, deployment packages as files beside it. The only
/// module that knows the engine.
@NullMarked
package hearth.cluster;

import org.jspecify.annotations.NullMarked;
