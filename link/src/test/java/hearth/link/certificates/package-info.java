@NullMarked
package hearth.link.certificates;

import org.jspecify.annotations.NullMarked;
