@NullMarked
package hearth.link.wire;

import org.jspecify.annotations.NullMarked;
