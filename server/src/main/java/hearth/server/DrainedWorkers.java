package hearth.server;

import hearth.invoke.InvokeServices;
import hearth.model.worker.WorkerId;
import java.util.Set;

/// Sees to it that workers on hosts which are being drained are given nothing more, and again once they are not.
final class DrainedWorkers {
    private final InvokeServices services;
    /// Guarded by this.
    private Set<String> hosts = Set.of();

    DrainedWorkers(InvokeServices services) {
        this.services = services;
    }

    /// The hosts that are being drained now.
    synchronized void changed(Set<String> now) {
        for (var host : hosts) {
            if (!now.contains(host)) {
                services.undrain(new WorkerId(host));
            }
        }
        for (var host : now) {
            if (!hosts.contains(host)) {
                services.drain(new WorkerId(host));
            }
        }
        hosts = now;
    }

    /// A worker is there, which may be on one of them.
    synchronized void joined(WorkerId worker) {
        if (hosts.contains(worker.value())) {
            services.drain(worker);
        }
    }
}
