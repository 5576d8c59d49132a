/// Who else than its owner may use a function, by its resource policies.
@NullMarked
package hearth.server.access;

import org.jspecify.annotations.NullMarked;
