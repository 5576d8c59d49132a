package hearth.server.urls;

import hearth.cluster.FunctionStore;
import hearth.cluster.Qualified;
import hearth.control.urls.FunctionUrls;
import hearth.model.FunctionId;
import hearth.model.api.FunctionUrlConfig;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// All function URLs there are, by their ids. Looking one up waits for nobody.
public final class UrlIndex {
    private static final System.Logger LOG = System.getLogger(UrlIndex.class.getName());

    /// Of how many deleted URLs this server remembers that they were there.
    private static final int MOST_DELETED = 10_000;

    /// The pause before a function's URLs are read again that could not be read.
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Source source;

    /// Runs what it is given after a pause.
    private final Executor later;

    private final Map<String, FunctionUrl> urls = new ConcurrentHashMap<>();

    /// The ids of URLs that were changed to nobody knows what, because the change could not be read. They do not
    /// answer: perhaps the change was made to keep somebody out.
    private final Set<String> uncertain = ConcurrentHashMap.newKeySet();

    /// The functions of these. Guarded by this.
    private final Set<FunctionId> unread = new HashSet<>();

    /// The ids of those that were deleted while this server runs: AWS answers them otherwise than ids that never were.
    private final Set<String> deleted = Collections.newSetFromMap(Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_DELETED;
        }
    }));

    /// The ids of each function's URLs. Guarded by this.
    private final Map<FunctionId, Set<String>> ids = new ConcurrentHashMap<>();

    /// Where URLs are kept.
    interface Source {
        /// The URLs of one function.
        List<Qualified<FunctionUrlConfig>> read(FunctionId function);
    }

    UrlIndex(Source source, Executor later) {
        this.source = source;
        this.later = later;
    }

    /// All that the store has, and from now on each change, of which it is told before whoever made it is answered.
    ///
    /// @param background may wait for the store
    public static UrlIndex of(FunctionStore functions, Executor background) {
        var index = new UrlIndex(
                function -> functions.read(function, view -> view.settings(FunctionUrls.URL, "", Integer.MAX_VALUE - 1)
                        .items()),
                CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS, background));
        functions.onChange(FunctionUrls.URL, index::changed);
        functions.settings(FunctionUrls.URL).stream()
                .collect(Collectors.groupingBy(Qualified::function))
                .forEach(index::put);
        return index;
    }

    Optional<FunctionUrl> find(String id) {
        return Optional.ofNullable(urls.get(id));
    }

    /// Whether there was such a URL, and what became of it could not be read yet.
    boolean isUncertain(String id) {
        return uncertain.contains(id);
    }

    boolean wasDeleted(String id) {
        return deleted.contains(id);
    }

    /// Something about a function's URLs has changed.
    void changed(FunctionId function) {
        try {
            read(function);
        } catch (RuntimeException | Error e) {
            doubt(function);
            throw e;
        }
    }

    /// One at a time, so that what was read first is not put last.
    private synchronized void read(FunctionId function) {
        put(function, source.read(function));
        unread.remove(function);
    }

    private synchronized void doubt(FunctionId function) {
        var doubted = ids.getOrDefault(function, Set.of());
        uncertain.addAll(doubted);
        urls.keySet().removeAll(doubted);
        if (unread.add(function)) {
            later.execute(() -> readAgain(function));
        }
    }

    private void readAgain(FunctionId function) {
        if (!isUnread(function)) {
            return;
        }
        try {
            read(function);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.DEBUG, "The URLs of {0} still cannot be read: {1}", function, e.getMessage());
            later.execute(() -> readAgain(function));
        }
    }

    private synchronized boolean isUnread(FunctionId function) {
        return unread.contains(function);
    }

    private synchronized void put(FunctionId function, List<Qualified<FunctionUrlConfig>> settings) {
        var now = settings.stream()
                .map(setting -> {
                    var config = setting.value();
                    return FunctionUrl.of(FunctionUrls.id(config), function, setting.qualifier(), config);
                })
                .collect(Collectors.toMap(FunctionUrl::id, url -> url));
        urls.putAll(now);
        for (var before : ids.getOrDefault(function, Set.of())) {
            uncertain.remove(before);
            if (!now.containsKey(before)) {
                urls.remove(before);
                deleted.add(before);
            }
        }
        if (now.isEmpty()) {
            ids.remove(function);
        } else {
            ids.put(function, Set.copyOf(now.keySet()));
        }
    }
}
