@NullMarked
package hearth.server.http;

import org.jspecify.annotations.NullMarked;
