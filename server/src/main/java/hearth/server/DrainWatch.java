package hearth.server;

import hearth.cluster.Store;
import hearth.cluster.StoreException;
import hearth.cluster.Topic;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Knows which hosts are being drained, as `hearth drain` has it in the database that the members of a cluster share.
/// While the database is away, those are that were.
public final class DrainWatch {
    private static final System.Logger LOG = System.getLogger(DrainWatch.class.getName());

    private final Store store;
    private final List<Consumer<Set<String>>> listeners = new CopyOnWriteArrayList<>();
    private volatile Set<String> hosts = Set.of();

    private DrainWatch(Store store) {
        this.store = store;
    }

    /// A store that no other server uses has no hosts to drain.
    static DrainWatch begin(Store store) {
        var watch = new DrainWatch(store);
        if (store.isShared()) {
            store.onChange(Topic.DRAINS, watch::look);
            watch.look();
        }
        return watch;
    }

    /// Has the listener told of all hosts that are being drained: now, and at once when there are others. It must not
    /// block.
    public synchronized void onChange(Consumer<Set<String>> listener) {
        listeners.add(listener);
        listener.accept(hosts);
    }

    /// Not two at once, so that what was read first is not told last.
    private synchronized void look() {
        var now = store.drains().hosts();
        if (now.equals(hosts)) {
            return;
        }
        hosts = now;
        LOG.log(Level.INFO, now.isEmpty() ? "No host is being drained" : "Being drained: " + String.join(", ", now));
        for (var listener : listeners) {
            try {
                listener.accept(now);
            } catch (StoreException e) {
                throw e;
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "A listener failed on hosts that are being drained", e);
            }
        }
    }

    public Set<String> hosts() {
        return hosts;
    }

    public boolean isDrained(String host) {
        return hosts.contains(host);
    }
}
