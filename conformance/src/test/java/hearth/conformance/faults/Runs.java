package hearth.conformance.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// What functions tell of themselves, by a datagram when they begin and one when they end, to a small program on the
/// bridge of the cluster.
final class Runs implements AutoCloseable {
    static final int PORT = 15_999;

    private static final String LISTENER = """
            import socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            s.bind((sys.argv[1], int(sys.argv[2])))
            print('listening', flush=True)
            while True:
                text, sender = s.recvfrom(1000)
                print(sender[0], text.decode(), flush=True)
            """;

    private final Process process;
    private final CountDownLatch listening = new CountDownLatch(1);

    /// Guarded by `this`.
    private final List<Told> told = new ArrayList<>();

    /// The numbers that runs have had. Guarded by `this`.
    private final Set<Long> begun = new HashSet<>();

    /// One datagram.
    ///
    /// @param at when it came, on the clock of `System.nanoTime`
    /// @param host the address of the host that the function ran on
    /// @param begins whether the run began, and not ended
    /// @param run drawn by the function for each of its runs
    private record Told(long at, String host, boolean begins, String function, long number, String run) {}

    private Runs(Process process) {
        this.process = process;
    }

    /// @param network the namespace that it listens in
    static Runs listen(Path network) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        "nsenter",
                        "--net=" + network,
                        "--",
                        "python3",
                        "-c",
                        LISTENER,
                        ExampleCluster.BRIDGE,
                        Integer.toString(PORT))
                .redirectErrorStream(true)
                .start();
        var runs = new Runs(process);
        Thread.ofPlatform().daemon().name("runs").start(runs::follow);
        if (!runs.listening.await(30, TimeUnit.SECONDS)) {
            throw new IOException("Nobody listens for what functions tell");
        }
        return runs;
    }

    private void follow() {
        try (var lines = process.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("listening")) {
                    listening.countDown();
                    continue;
                }
                var words = line.split(" ");
                if (words.length == 5) {
                    add(new Told(
                            System.nanoTime(),
                            words[0],
                            words[1].equals("begin"),
                            words[2],
                            Long.parseLong(words[3]),
                            words[4]));
                }
            }
        } catch (IOException e) {
            // The program has ended.
            listening.countDown();
        }
    }

    private synchronized void add(Told what) {
        told.add(what);
        if (what.begins) {
            begun.add(what.number);
            notifyAll();
        }
    }

    /// Waits until a run of a number has begun.
    ///
    /// @return whether one has
    synchronized boolean awaitBegin(long number, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            for (long left = patience.toMillis(); !begun.contains(number) && left > 0; ) {
                wait(left);
                left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return begun.contains(number);
    }

    /// The numbers that more than one run had, between two numbers.
    synchronized Set<Long> doubled(long from, long to) {
        var first = new HashMap<Long, String>();
        var doubled = new HashSet<Long>();
        for (var each : told) {
            if (each.number >= from && each.number < to) {
                var other = first.putIfAbsent(each.number, each.run);
                if (other != null && !other.equals(each.run)) {
                    doubled.add(each.number);
                }
            }
        }
        return doubled;
    }

    /// When a host was heard of last before a time; that time where it was not heard of.
    synchronized long lastHeard(String address, long before) {
        return told.stream()
                .filter(each -> each.host.equals(address) && each.at - before < 0)
                .mapToLong(Told::at)
                .max()
                .orElse(before);
    }

    /// The numbers that ran on a host.
    synchronized Set<Long> on(String address) {
        var numbers = new HashSet<Long>();
        for (var each : told) {
            if (each.host.equals(address)) {
                numbers.add(each.number);
            }
        }
        return numbers;
    }

    /// How many runs of a function there were at once at most. Those of a host that was killed or cut off ended then.
    ///
    /// @param lost when hosts were lost, by their addresses
    synchronized int mostAtOnce(String function, long since, Map<String, Long> lost) {
        var running = new HashMap<String, String>();
        var gone = new HashSet<String>();
        int most = 0;
        for (var each : told) {
            if (each.at < since || !each.function.equals(function)) {
                continue;
            }
            lost.forEach((address, at) -> {
                if (each.at > at && gone.add(address)) {
                    running.values().removeIf(address::equals);
                }
            });
            if (each.begins) {
                running.put(each.run, each.host);
                most = Math.max(most, running.size());
            } else {
                running.remove(each.run);
            }
        }
        return most;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
