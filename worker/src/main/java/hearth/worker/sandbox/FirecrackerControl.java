package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import hearth.worker.microvm.FirecrackerApi;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// The API of one Firecracker process, on the one connection that was made before its guest ran. Its jail goes with it.
final class FirecrackerControl implements MachineControl {
    private static final Logger log = System.getLogger(FirecrackerControl.class.getName());

    private final int socket;
    private final FirecrackerApi api;
    private final Jail jail;

    /// @param socket a connection that this closes
    FirecrackerControl(int socket, FirecrackerApi api, Jail jail) {
        this.socket = socket;
        this.api = api;
        this.jail = jail;
    }

    FirecrackerApi api() {
        return api;
    }

    @Override
    public void begin(Duration patience) throws IOException {
        var state = api.state();
        if (!state.equals("Running")) {
            throw new IOException("the machine does not run: " + state);
        }
    }

    /// Once the process has ended.
    @Override
    public void close() {
        Descriptors.close(socket);
        try {
            jail.delete();
        } catch (IOException e) {
            log.log(Level.WARNING, "{0} stays until the next start: {1}", jail.root(), e.toString());
        }
    }
}
