package hearth.invoke.counting.sharded;

import hearth.invoke.ManualClock;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A frontend in one of its lives.
final class SimulatedFrontend {
    final HolderId id;
    final DriftingClock clock;
    final ShardedAdmissions admissions;
    /// Where it thinks that the ledger is.
    SimulatedShard.@Nullable Owner route;

    boolean crashed;
    boolean cutOff;

    SimulatedFrontend(HolderId id, ManualClock clock, Random random, CountingConfig config, Network network) {
        this.id = id;
        this.clock = new DriftingClock(clock, random, config.drift());
        this.admissions = new ShardedAdmissions(id, config, told -> network.send(this, told), this.clock::nanos);
    }

    boolean isReachable() {
        return !crashed && !cutOff;
    }

    interface Network {
        void send(SimulatedFrontend from, Holdings told);
    }
}
