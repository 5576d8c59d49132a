@NullMarked
package hearth.model;

import org.jspecify.annotations.NullMarked;
