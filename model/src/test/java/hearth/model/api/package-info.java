@NullMarked
package hearth.model.api;

import org.jspecify.annotations.NullMarked;
