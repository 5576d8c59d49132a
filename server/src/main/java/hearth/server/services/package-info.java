/// What this port answers to requests for other services of AWS: who the caller is, for STS, and an error in the
/// service's own form for all else.
@NullMarked
package hearth.server.services;

import org.jspecify.annotations.NullMarked;
