package hearth.server;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;

/// The parts of a server that have been started, to be closed in the opposite order. One that fails to close does
/// not keep the others open.
final class StartedParts implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StartedParts.class.getName());

    private final Deque<Part> parts = new ArrayDeque<>();

    private record Part(String name, AutoCloseable closing) {}

    synchronized <T extends AutoCloseable> T add(String name, T part) {
        parts.push(new Part(name, part));
        return part;
    }

    /// Safe to repeat.
    @Override
    public synchronized void close() {
        while (!parts.isEmpty()) {
            var part = parts.pop();
            LOG.log(Level.DEBUG, "closing: {0}", part.name());
            try {
                part.closing().close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception | Error e) {
                LOG.log(Level.ERROR, part.name() + " did not close", e);
            }
        }
    }
}
