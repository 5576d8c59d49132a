package hearth.invoke.placement;

import hearth.model.worker.WorkerId;
import java.util.HashMap;
import java.util.Map;

/// Where the environments of one function are, and which worker would spread them best over hosts and zones, so that
/// the loss of one leaves others. Those that stay are spread evenly; of the others it is enough that not all are in
/// one place, for they are made again where there is room.
final class Spread {
    private static final int HOST_FACTOR = 1 << 16;

    private final boolean even;
    private final Map<WorkerId, Integer> hosts;
    private final Map<String, Integer> zones = new HashMap<>();

    /// @param workers those that are known
    Spread(PlacementRequest request, Map<WorkerId, WorkerLoad> workers) {
        even = request.stays();
        hosts = request.siblings();
        hosts.forEach((worker, count) -> {
            var load = workers.get(worker);
            if (load != null) {
                zones.merge(load.zone(), count, Integer::sum);
            }
        });
    }

    /// Less is better.
    int rank(WorkerLoad load) {
        if (hosts.isEmpty()) {
            return 0;
        }
        if (even) {
            return zones.getOrDefault(load.zone(), 0) * HOST_FACTOR + hosts.getOrDefault(load.worker(), 0);
        }
        if (zones.size() > 1 || !zones.containsKey(load.zone())) {
            return 0;
        }
        return hosts.size() > 1 || !hosts.containsKey(load.worker()) ? 1 : 2;
    }
}
