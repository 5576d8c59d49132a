@NullMarked
package hearth.server;

import org.jspecify.annotations.NullMarked;
