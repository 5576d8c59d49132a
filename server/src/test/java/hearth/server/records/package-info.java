@NullMarked
package hearth.server.records;

import org.jspecify.annotations.NullMarked;
