@NullMarked
package hearth.cluster;

import org.jspecify.annotations.NullMarked;
