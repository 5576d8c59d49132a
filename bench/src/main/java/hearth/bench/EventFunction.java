package hearth.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The function of the events' rows, on the servers of one data folder: it can be held, so that its events wait, and
/// its log says which it has run on, so that every one that was accepted is accounted for.
final class EventFunction {
    /// A kilobyte of JSON.
    static final byte[] KILOBYTE = ("{\"data\":\"" + "x".repeat(1024 - 11) + "\"}").getBytes(StandardCharsets.UTF_8);

    private static final String NAME = "events";
    private static final String PATH = "/2015-03-31/functions/" + NAME;

    /// A signature is good for five minutes.
    private static final Duration SIGNED = Duration.ofMinutes(4);

    private static final Pattern REQUEST_ID = Pattern.compile("x-amzn-requestid: ([0-9a-f-]{36})");
    private static final Pattern RAN = Pattern.compile("ran ([0-9a-f-]{36}) (\\d+)");
    private static final Pattern WAITING = Pattern.compile("(?m)^hearth_events_waiting (\\S+)");

    private final Path data;

    /// Those since they were accounted for last.
    private final Set<UUID> accepted = new HashSet<>();

    /// Those that were accounted for, too.
    private final Set<UUID> all = new HashSet<>();

    private int doubled;

    /// @param data the folder of the servers
    EventFunction(Path data) {
        this.data = data;
    }

    Path data() {
        return data;
    }

    /// What became of the events that were accepted since the last account.
    ///
    /// @param again which it has begun on again, and how many milliseconds later
    /// @param began when the function began on each first, in nanoseconds of the wall clock
    /// @param doubled how often it has begun on one again since then, those of earlier accounts among them
    record Account(int accepted, int lost, int doubled, Map<UUID, Long> began, List<String> again) {
        /// How many were begun a second. The first and the last of them are left out: how long it took to open the gate
        /// is in the former, and those that were set back meanwhile are among the latter.
        double perSecond() {
            var sorted = began.values().stream().sorted().toList();
            if (sorted.size() < 2) {
                return Double.NaN;
            }
            int first = sorted.size() / 20;
            int last = sorted.size() - 1 - first;
            return (last - first) * 1e9 / (sorted.get(last) - sorted.get(first));
        }
    }

    /// Its log has no records of the platform, but only what it says itself: nothing else may push that out.
    void create(HearthServer hearth, Language python) throws IOException {
        var code = Files.readAllBytes(Floors.resource("events.py", data.resolveSibling("")));
        hearth.create(
                NAME,
                python.runtime(),
                python.handler(),
                python.zip(code, NAME),
                1769,
                "\"LoggingConfig\":{\"LogFormat\":\"JSON\",\"SystemLogLevel\":\"WARN\"},");
    }

    /// From now on one event is run at a time, and takes two seconds.
    void hold(HearthServer hearth) throws IOException, InterruptedException {
        HearthServer.expect(
                hearth.send(
                        "PUT",
                        "/2017-10-31/functions/" + NAME + "/concurrency",
                        "{\"ReservedConcurrentExecutions\":1}"),
                200);
        environment(hearth, "{\"HOLD\":\"2\"}");
    }

    /// Lets the events run that were held.
    void open(HearthServer hearth) throws IOException, InterruptedException {
        environment(hearth, "{}");
        HearthServer.expect(hearth.send("DELETE", "/2017-10-31/functions/" + NAME + "/concurrency", ""), 204);
    }

    private static void environment(HearthServer hearth, String variables) throws IOException, InterruptedException {
        HearthServer.expect(
                hearth.send("PUT", PATH + "/configuration", "{\"Environment\":{\"Variables\":" + variables + "}}"),
                200);
        while (!hearth.send("GET", PATH + "/configuration", "").contains("\"LastUpdateStatus\":\"Successful\"")) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /// Sends events of a kilobyte for some time, each caller its next when the last was accepted.
    Load.Result accept(HearthServer hearth, int callers, Duration time) throws IOException {
        return Load.run(
                hearth.address(),
                hearth.event(NAME, KILOBYTE),
                callers,
                time,
                Long.MAX_VALUE,
                head -> head.startsWith("http/1.1 202") && accepted(head));
    }

    /// Sends so many events of a kilobyte; returns how many errors there were.
    long fill(HearthServer hearth, int callers, int count) throws IOException {
        long errors = 0;
        for (long left = count; left > 0; ) {
            var part = Load.run(
                    hearth.address(),
                    hearth.event(NAME, KILOBYTE),
                    callers,
                    SIGNED,
                    left,
                    head -> head.startsWith("http/1.1 202") && accepted(head));
            left -= part.requests();
            errors += part.errors();
            if (part.errors() > 0 && part.errors() == part.requests()) {
                throw new IOException("No event was accepted");
            }
        }
        return errors;
    }

    /// Sends one event; returns its id.
    UUID send(HearthServer.Connection connection, byte[] event) throws IOException {
        var answer = connection.send(event);
        HearthServer.expect(answer, 202);
        var id = id(answer.toLowerCase(Locale.ROOT));
        accepted.add(id);
        return id;
    }

    byte[] event(HearthServer hearth) {
        return hearth.event(NAME, KILOBYTE);
    }

    byte[] invocation(HearthServer hearth) {
        return hearth.request("POST", PATH + "/invocations", new String(KILOBYTE, StandardCharsets.UTF_8));
    }

    Wrk.Request load(HearthServer hearth) throws IOException {
        return hearth.load(NAME, KILOBYTE);
    }

    private boolean accepted(String head) {
        return accepted.add(id(head));
    }

    private static UUID id(String head) {
        var id = REQUEST_ID.matcher(head);
        if (!id.find()) {
            throw new IllegalStateException("An answer without a request id: " + head);
        }
        return UUID.fromString(id.group(1));
    }

    /// How many events wait or run, as the server's metrics say.
    static long waiting(HearthServer hearth) throws IOException {
        var metrics = hearth.metrics();
        var waiting = WAITING.matcher(metrics);
        if (!waiting.find()) {
            throw new IOException("No hearth_events_waiting in: " + metrics);
        }
        return (long) Double.parseDouble(waiting.group(1));
    }

    /// Waits until no event waits, and accounts for those that were accepted since the last time.
    ///
    /// @param patience how long none may end before it gives up; those that then have not run count as lost
    Account settle(HearthServer hearth, Duration patience) throws IOException, InterruptedException {
        long least = Long.MAX_VALUE;
        var since = System.nanoTime();
        for (long waiting = waiting(hearth); waiting > 0; waiting = waiting(hearth)) {
            if (waiting < least) {
                least = waiting;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > patience.toNanos()) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        all.addAll(accepted);
        var account = account();
        // The log is written a little behind.
        for (int i = 0; i < 10 && account.lost > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(500);
            account = account();
        }
        accepted.clear();
        int before = doubled;
        doubled = account.doubled;
        if (doubled > before || account.lost > 0) {
            Report.progress(
                    data.getFileName() + ": " + account.lost + " lost; since the start run again " + account.again);
        }
        return new Account(account.accepted, account.lost, account.doubled - before, account.began, account.again);
    }

    private Account account() throws IOException {
        var seen = new HashMap<UUID, Long>();
        var again = new ArrayList<String>();
        var began = new HashMap<UUID, Long>();
        for (var file : logs()) {
            try (var lines = Files.newBufferedReader(file)) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    var ran = RAN.matcher(line);
                    if (!ran.find()) {
                        continue;
                    }
                    var id = UUID.fromString(ran.group(1));
                    var time = Long.parseLong(ran.group(2));
                    var other = all.contains(id) ? seen.putIfAbsent(id, time) : null;
                    if (other != null) {
                        again.add(id + " after " + Math.abs(time - other) / 1_000_000);
                    }
                    if (accepted.contains(id)) {
                        began.merge(id, time, Math::min);
                    }
                }
            }
        }
        return new Account(accepted.size(), accepted.size() - began.size(), again.size(), began, again);
    }

    private List<Path> logs() throws IOException {
        try (var files = Files.walk(data.resolve("logs"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
