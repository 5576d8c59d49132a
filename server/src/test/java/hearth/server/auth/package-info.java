@NullMarked
package hearth.server.auth;

import org.jspecify.annotations.NullMarked;
