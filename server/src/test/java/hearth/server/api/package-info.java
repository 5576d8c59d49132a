@NullMarked
package hearth.server.api;

import org.jspecify.annotations.NullMarked;
