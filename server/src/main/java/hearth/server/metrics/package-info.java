/// What the server counts, for Prometheus and those who speak its text format.
@NullMarked
package hearth.server.metrics;

import org.jspecify.annotations.NullMarked;
