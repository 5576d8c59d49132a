@NullMarked
package hearth.server.install;

import org.jspecify.annotations.NullMarked;
