package hearth.server;

import hearth.events.Backlog;
import hearth.invoke.InvokeServices;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a member of a cluster says of itself, with each renewal of its membership, and `hearth status` shows: a line
/// for each thing, which is a word for what it is and what there is of it. Members of other releases may say more, or
/// less.
public final class MemberReport implements Supplier<String> {
    private final ServerConfig config;
    private volatile Supplier<Optional<String>> obstacle = () -> Optional.of("the server is starting");
    private volatile ClusterView view = ClusterView.NONE;
    private volatile String api = "";
    private volatile @Nullable InvokeServices invoke;
    private volatile @Nullable Backlog events;
    private volatile BooleanSupplier works = () -> false;

    MemberReport(ServerConfig config) {
        this.config = config;
    }

    /// From when the server answers.
    ///
    /// @param reason why invocations should go elsewhere
    void readyAt(String url, Supplier<Optional<String>> reason) {
        api = url;
        obstacle = reason;
    }

    void of(ClusterView cluster) {
        view = cluster;
    }

    void of(InvokeServices services) {
        invoke = services;
    }

    /// @param working whether the queue of events is worked here
    void of(Backlog queue, BooleanSupplier working) {
        events = queue;
        works = working;
    }

    @Override
    public String get() {
        var lines = new ArrayList<String>();
        lines.add("version " + Hearth.VERSION);
        lines.add("roles "
                + config.roles().stream()
                        .sorted()
                        .map(role -> role.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(",")));
        add(lines, "zone", config.cluster().zone());
        add(lines, "api", api);
        lines.add(obstacle.get().map(why -> "not-ready " + why).orElse("ready yes"));
        lines.add("shards " + view.shards().stream().map(String::valueOf).collect(Collectors.joining(",")));
        var services = invoke;
        if (services != null) {
            var counts = services.workerManager().counts();
            lines.add("environments starting=%d idle=%d busy=%d waiting=%d"
                    .formatted(counts.starting(), counts.idle(), counts.busy(), counts.waiting()));
        }
        var queue = events;
        if (queue != null) {
            lines.add(
                    works.getAsBoolean()
                            ? "events working waiting=%d undelivered=%d".formatted(queue.waiting(), queue.undelivered())
                            : "events accepting");
        }
        for (var worker : view.workers()) {
            lines.add("worker %s zone=%s environments=%d starting=%d slots=%d promised=%d memory=%d%s"
                    .formatted(
                            worker.name(),
                            worker.zone(),
                            worker.environments(),
                            worker.starting(),
                            worker.slots(),
                            worker.promised().count(),
                            worker.memory().count(),
                            worker.draining() ? " draining" : ""));
        }
        return String.join("\n", lines);
    }

    private static void add(List<String> lines, String word, String value) {
        if (!value.isEmpty()) {
            lines.add(word + " " + value);
        }
    }
}
