@NullMarked
package hearth.model.worker;

import org.jspecify.annotations.NullMarked;
