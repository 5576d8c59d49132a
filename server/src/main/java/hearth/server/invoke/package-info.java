/// The operations that run functions, as HTTP has them: requests, AWS's checks in AWS's order, and answers.
@NullMarked
package hearth.server.invoke;

import org.jspecify.annotations.NullMarked;
