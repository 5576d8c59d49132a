package hearth.worker.sandbox;

import java.io.IOException;
import java.time.Duration;

/// The conversation with the monitor of one machine. The guest has no part in it, whoever has taken that over.
interface MachineControl extends AutoCloseable {
    /// Has the machine run, as far as it does not yet, and makes sure of it.
    ///
    /// @throws IOException with the monitor's own words if it refuses, or if it does not answer in time
    void begin(Duration patience) throws IOException;

    @Override
    void close();
}
