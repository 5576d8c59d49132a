package hearth.server.cli;

import hearth.server.HostCapacity;
import hearth.worker.sandbox.Finding;

/// For how many environments this process may open descriptors.
final class DescriptorLimit {
    private DescriptorLimit() {}

    /// @param descriptors that may be open
    static Finding finding(int descriptors) {
        int environments = HostCapacity.slots(descriptors);
        boolean enough = environments == HostCapacity.SLOTS;
        return new Finding(
                "descriptors",
                enough,
                "%d may be open, enough for %d environments at once".formatted(descriptors, environments),
                enough ? "" : "raise the limit (ulimit -n, LimitNOFILE of a service) if there are to be more");
    }
}
