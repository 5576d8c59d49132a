@NullMarked
package hearth.server.metrics;

import org.jspecify.annotations.NullMarked;
