@NullMarked
package hearth.server.logging;

import org.jspecify.annotations.NullMarked;
