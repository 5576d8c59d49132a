@NullMarked
package hearth.server.urls;

import org.jspecify.annotations.NullMarked;
