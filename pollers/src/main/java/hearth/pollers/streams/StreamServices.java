package hearth.pollers.streams;

import hearth.cluster.CheckpointStore;
import hearth.events.aws.BatchDestinations;
import hearth.pollers.BatchInvoker;
import hearth.pollers.Ownership;
import hearth.pollers.PollerMeter;
import java.time.InstantSource;

/// What all pollers of streams work with.
public record StreamServices(
        BatchInvoker invoker,
        CheckpointStore checkpoints,
        Ownership ownership,
        BatchDestinations destinations,
        PollerMeter meter,
        InstantSource clock,
        Pace pace) {}
