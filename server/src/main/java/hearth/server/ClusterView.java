package hearth.server;

import hearth.model.Bytes;
import java.util.List;
import java.util.Optional;

/// What this process knows of its cluster, for load balancers and operators.
public interface ClusterView {
    /// A process that is in none.
    ClusterView NONE = new ClusterView() {
        @Override
        public Optional<String> obstacle() {
            return Optional.empty();
        }

        @Override
        public List<Integer> shards() {
            return List.of();
        }

        @Override
        public List<WorkerView> workers() {
            return List.of();
        }
    };

    /// Why invocations should go to other members: it is not one now, or leaves. Empty while there is no reason.
    Optional<String> obstacle();

    /// The numbers of the shards that it owns, in order.
    List<Integer> shards();

    /// The workers that it reaches, by name.
    List<WorkerView> workers();

    /// One worker.
    ///
    /// @param zone empty for none
    /// @param slots room for so many environments
    /// @param environments that it has, of all members
    /// @param starting of these, those that come up just now
    /// @param memory for environments
    /// @param promised to environments of it, by all members
    record WorkerView(
            String name,
            String zone,
            int slots,
            int environments,
            int starting,
            Bytes memory,
            Bytes promised,
            boolean draining) {}
}
