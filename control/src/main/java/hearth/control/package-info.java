/// The control plane: one class per operation of the API.
@NullMarked
package hearth.control;

import org.jspecify.annotations.NullMarked;
