/// What Frontend, WorkerManager, PlacementService and Workers say to each other.
@NullMarked
package hearth.model.worker;

import org.jspecify.annotations.NullMarked;
