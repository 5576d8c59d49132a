/// Which worker makes a new environment: the PlacementService and the slots it promises.
@NullMarked
package hearth.invoke.placement;

import org.jspecify.annotations.NullMarked;
