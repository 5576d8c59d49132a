/// What the services of the synchronous path tell whoever counts.
@NullMarked
package hearth.invoke.metering;

import org.jspecify.annotations.NullMarked;
