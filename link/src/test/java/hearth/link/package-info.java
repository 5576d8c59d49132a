@NullMarked
package hearth.link;

import org.jspecify.annotations.NullMarked;
