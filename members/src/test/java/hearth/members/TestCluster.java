package hearth.members;

import hearth.cluster.SharedMembers;
import hearth.link.message.Versions;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Members of one cluster: in this process, or each in one of its own.
final class TestCluster {
    static final Duration LONG = Duration.ofSeconds(60);
    static final int ALL = 64;

    /// Above those of other modules' tests.
    private static final int PORTS = 13_100;

    final Shards shards = new Shards();
    final Map<String, Members> members = new HashMap<>();
    final Map<String, Shards.Host> hosts = new HashMap<>();
    final Map<String, Relay> relays = new HashMap<>();
    private final String database;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Map<String, Other> others = new ConcurrentHashMap<>();

    TestCluster(String database) {
        this.database = database;
    }

    /// A member in a process of its own.
    static final class Other {
        final Process process;
        private final Set<String> owned = ConcurrentHashMap.newKeySet();

        private Other(Process process) {
            this.process = process;
            Thread.ofVirtual().start(() -> read(process.inputReader()));
        }

        private void read(BufferedReader said) {
            said.lines().forEach(line -> {
                var words = line.split(" ", 2);
                if (words[0].equals("begin")) {
                    owned.add(words[1]);
                } else if (words[0].equals("end")) {
                    owned.remove(words[1]);
                }
            });
        }

        int owned() {
            return owned.size();
        }
    }

    Members member(String name) {
        return Objects.requireNonNull(members.get(name));
    }

    Shards.Host host(String name) {
        return Objects.requireNonNull(hosts.get(name));
    }

    Relay relay(String name) {
        return Objects.requireNonNull(relays.get(name));
    }

    private static int port(String name) {
        return PORTS + Math.floorMod(name.hashCode(), 40);
    }

    Members start(String name) throws Exception {
        return start(name, port(name), Versions.OURS);
    }

    /// One of another release.
    Members start(String name, Versions speaks) throws Exception {
        return start(name, port(name), speaks);
    }

    /// Behind a relay, which the others connect to.
    Members startBehindRelay(String name) throws Exception {
        int announced = port(name) + 50;
        relays.put(name, new Relay(announced, port(name)));
        return start(name, announced, Versions.OURS);
    }

    private Members start(String name, int announced, Versions speaks) throws Exception {
        var store = SharedMembers.open(database);
        opened.add(store);
        var one = Members.of(
                new MembersConfig(
                        new HostAndPort("127.0.0.1", port(name)),
                        new HostAndPort("127.0.0.1", announced),
                        "127.0.0.1:9100",
                        "http://" + name,
                        "a",
                        Set.of("frontend"),
                        "1",
                        speaks),
                Certificates.of(name),
                store.store(),
                new Random());
        opened.add(one);
        members.put(name, one);
        var host = shards.new Host(name, () -> one);
        hosts.put(name, host);
        one.start(host);
        return one;
    }

    Other startProcess(String name) throws IOException {
        var other = new Other(new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemberProcess.class.getName(),
                        database,
                        Certificates.folder(name).toString(),
                        Integer.toString(port(name)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
        others.put(name, other);
        return other;
    }

    /// Waits until each shard is at one member, and each of these members has a fair part.
    void awaitShared(Duration patience, String... names) {
        Await.until(patience, this::toString, () -> {
            int least = ALL / (names.length + others.size()) - 1;
            int inOthers = 0;
            for (var other : others.values()) {
                if (other.process.isAlive()) {
                    inOthers += other.owned();
                    if (other.owned() < least) {
                        return false;
                    }
                }
            }
            for (var name : names) {
                if (shards.of(name) < least) {
                    return false;
                }
            }
            return shards.owned() + inOthers == ALL;
        });
    }

    @Override
    public String toString() {
        var said = new StringBuilder();
        members.forEach(
                (name, one) -> said.append("%s has %d and is %s; ".formatted(name, shards.of(name), one.standing())));
        others.forEach((name, one) -> said.append("%s has %d; ".formatted(name, one.owned())));
        return said.toString();
    }

    void close() throws Exception {
        relays.values().forEach(Relay::close);
        for (var other : others.values()) {
            other.process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        }
        for (var each : opened.reversed()) {
            each.close();
        }
    }
}
