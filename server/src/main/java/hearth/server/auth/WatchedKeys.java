package hearth.server.auth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The keys of a file as a running server knows them: read again by a thread of their own when the file changes, so
/// that whoever asks waits for no disk. While the file cannot be read, the keys that were known go on being good.
public final class WatchedKeys implements AccessKeys, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WatchedKeys.class.getName());

    /// The pause between two looks, for file systems that tell of no change.
    private static final long RECHECK_MILLIS = 500;

    private final KeyFile file;
    private final WatchService watcher;
    private final Thread thread;
    private volatile Map<String, AccessKey> keys;
    private boolean readable = true;

    private WatchedKeys(KeyFile file, WatchService watcher) {
        this.file = file;
        this.watcher = watcher;
        this.keys = byId(file.list());
        this.thread = Thread.ofPlatform().name("access-keys").daemon().unstarted(this::watch);
    }

    /// @throws IOException when the file cannot be read or watched
    public static WatchedKeys of(KeyFile file) throws IOException {
        var folder = file.folder();
        var watcher = folder.getFileSystem().newWatchService();
        try {
            // The file is replaced, never written to.
            folder.register(watcher, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
            var watched = new WatchedKeys(file, watcher);
            watched.thread.start();
            return watched;
        } catch (IOException e) {
            watcher.close();
            throw e;
        } catch (UncheckedIOException e) {
            watcher.close();
            throw e.getCause();
        }
    }

    private static Map<String, AccessKey> byId(List<AccessKey> keys) {
        return keys.stream().collect(Collectors.toUnmodifiableMap(AccessKey::id, Function.identity()));
    }

    @Override
    public Optional<AccessKey> find(String id) {
        return Optional.ofNullable(keys.get(id));
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                var changes = watcher.poll(RECHECK_MILLIS, TimeUnit.MILLISECONDS);
                if (changes != null) {
                    changes.pollEvents();
                    changes.reset();
                }
                read();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try {
            keys = byId(file.list());
            readable = true;
        } catch (UncheckedIOException | IllegalStateException e) {
            if (readable) {
                LOG.log(Level.ERROR, "The access keys stay as they were: " + e.getMessage(), e);
            }
            readable = false;
        }
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        watcher.close();
    }
}
