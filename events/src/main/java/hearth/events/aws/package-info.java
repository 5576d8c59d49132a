/// The services of AWS that hear of events, by AWS's own clients.
@NullMarked
package hearth.events.aws;

import org.jspecify.annotations.NullMarked;
