@NullMarked
package hearth.server.invoke;

import org.jspecify.annotations.NullMarked;
