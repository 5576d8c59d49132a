/// Puts the parts together into one server, by its configuration.
@NullMarked
package hearth.server;

import org.jspecify.annotations.NullMarked;
