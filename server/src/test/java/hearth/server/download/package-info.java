@NullMarked
package hearth.server.download;

import org.jspecify.annotations.NullMarked;
