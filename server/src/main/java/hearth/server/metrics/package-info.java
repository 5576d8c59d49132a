/// The server's figures, for Prometheus and those who speak its text format.
@NullMarked
package hearth.server.metrics;

import org.jspecify.annotations.NullMarked;
