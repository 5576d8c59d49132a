@NullMarked
package hearth.server.cli;

import org.jspecify.annotations.NullMarked;
