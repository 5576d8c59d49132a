@NullMarked
package hearth.link.message;

import org.jspecify.annotations.NullMarked;
