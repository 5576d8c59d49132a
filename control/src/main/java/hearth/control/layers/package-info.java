/// Layers: their versions, what these hold, and who may use them.
@NullMarked
package hearth.control.layers;

import org.jspecify.annotations.NullMarked;
