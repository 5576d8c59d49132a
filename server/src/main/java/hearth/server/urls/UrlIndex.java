package hearth.server.urls;

import hearth.cluster.FunctionStore;
import hearth.cluster.Qualified;
import hearth.control.urls.FunctionUrls;
import hearth.model.FunctionId;
import hearth.model.api.FunctionUrlConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// All function URLs there are, by their ids. Looking one up waits for nobody.
public final class UrlIndex {
    /// Of how many deleted URLs this server remembers that they were there.
    private static final int MOST_DELETED = 10_000;

    private final FunctionStore functions;
    private final Map<String, FunctionUrl> urls = new ConcurrentHashMap<>();

    /// The ids of those that were deleted while this server runs: AWS answers them otherwise than ids that never were.
    private final Set<String> deleted = Collections.newSetFromMap(Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MOST_DELETED;
        }
    }));

    /// The ids of each function's URLs. Guarded by this.
    private final Map<FunctionId, Set<String>> ids = new ConcurrentHashMap<>();

    public UrlIndex(FunctionStore functions) {
        this.functions = functions;
    }

    /// Reads all that there are, and from now on hears of each change before whoever made it is answered.
    public void begin() {
        functions.onChange(FunctionUrls.URL, this::changed);
        functions.settings(FunctionUrls.URL).stream()
                .collect(Collectors.groupingBy(Qualified::function))
                .forEach(this::put);
    }

    Optional<FunctionUrl> find(String id) {
        return Optional.ofNullable(urls.get(id));
    }

    boolean wasDeleted(String id) {
        return deleted.contains(id);
    }

    /// One at a time, so that what was read first is not put last.
    private synchronized void changed(FunctionId function) {
        put(function, functions.read(function, view -> view.settings(FunctionUrls.URL, "", Integer.MAX_VALUE - 1)
                .items()));
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
