@NullMarked
package hearth.server.access;

import org.jspecify.annotations.NullMarked;
