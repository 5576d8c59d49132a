package hearth.invoke.placement;

import hearth.model.worker.WorkerId;
import java.util.Map;
import java.util.function.Predicate;

/// An environment that a worker is looked for.
///
/// @param stays whether it stays when it is not needed: such may take a part of a worker alone
/// @param may the workers that may be chosen; asked under a lock, so that it calls nothing
/// @param siblings how many environments of the same function each worker has, of those that stay where this one does:
///     they
///     are spread over hosts and zones
public record PlacementRequest(Demand demand, boolean stays, Predicate<WorkerId> may, Map<WorkerId, Integer> siblings) {
    public PlacementRequest {
        siblings = Map.copyOf(siblings);
    }

    /// One that may go anywhere.
    public static PlacementRequest of(Demand demand, boolean stays) {
        return new PlacementRequest(demand, stays, _ -> true, Map.of());
    }
}
