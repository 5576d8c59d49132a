package hearth.link;

import hearth.link.certificates.MemberCertificate;
import hearth.link.message.FunctionKey;
import hearth.link.message.Hello;
import hearth.link.message.MemberAddress;
import hearth.link.message.Versions;
import hearth.link.wire.LinkTiming;
import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.MemberId;
import hearth.model.worker.SharedWorker;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The ways from a worker to the members of its cluster: a connection to each, made again whenever it is lost.
///
/// It begins with the addresses that it is given, which it never forgets, and goes on with those that members tell it.
/// What happens to one connection does not touch the others.
public final class FrontLinks implements AutoCloseable {
    private final Set<Address> given;
    private final Setting setting;
    private final MemoryBudget forEvents;
    private final EventLoopGroup loops;
    private final LivingKeys keys = new LivingKeys();
    private final AtomicInteger turns = new AtomicInteger();

    // Guarded by this, as is what follows.
    private final Map<Address, MemberDialer> dialers = new LinkedHashMap<>();
    /// All that were found, in the order in which they were.
    private final Map<MemberId, FrontLink> links = new LinkedHashMap<>();
    /// By which address each is connected, or about to be.
    private final Map<MemberId, MemberDialer> holders = new HashMap<>();
    /// Which members there are, as each that is connected says, and this process itself.
    private final Map<MemberId, List<MemberAddress>> told = new HashMap<>();
    private Set<MemberAddress> lastTold = Set.of();
    private @Nullable SharedWorker worker;
    private boolean closed;

    /// Where a member listens for workers.
    public record Address(String host, int port) {
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /// What all connections share.
    ///
    /// @param own the member that this process is, to which there is no connection
    record Setting(
            Optional<MemberId> own,
            MemberCertificate certificate,
            LinkTiming timing,
            Hello hello,
            MemoryBudget memory,
            Executor blocking,
            RandomGenerator random) {}

    /// @param given where members are; may be none for a worker in the process of a member, which is `told`
    /// @param own the member that this process is; empty for a worker that has a process of its own
    /// @param loops of the epoll transport; stay the caller's
    /// @param certificate whose name is the worker's
    /// @param zone of this host; empty for none
    /// @param memory of this process
    /// @param blocking runs look-ups of hosts' names: virtual threads
    /// @param random tells this process from others of the same worker
    public FrontLinks(
            List<Address> given,
            Optional<MemberId> own,
            EventLoopGroup loops,
            MemberCertificate certificate,
            LinkTiming timing,
            String zone,
            WorkerCapacity capacity,
            MemoryBudget memory,
            Executor blocking,
            RandomGenerator random) {
        this(given, own, loops, certificate, timing, zone, capacity, memory, blocking, random, Versions.OURS);
    }

    /// @param speaks the versions of the protocol
    FrontLinks(
            List<Address> given,
            Optional<MemberId> own,
            EventLoopGroup loops,
            MemberCertificate certificate,
            LinkTiming timing,
            String zone,
            WorkerCapacity capacity,
            MemoryBudget memory,
            Executor blocking,
            RandomGenerator random,
            Versions speaks) {
        this.given = Collections.unmodifiableSet(new LinkedHashSet<>(given));
        this.loops = loops;
        var hello = new Hello(
                speaks, certificate.cluster(), new WorkerId(certificate.name()), random.nextLong(), zone, capacity);
        this.setting = new Setting(own, certificate, timing, hello, memory, blocking, random);
        // What is left is for answers: nothing that waits for one ends without.
        this.forEvents = memory.share(new Bytes(memory.total().count() / 4 * 3));
    }

    Setting setting() {
        return setting;
    }

    /// Begins to connect, and goes on with it for good.
    ///
    /// @param commanded takes the members' commands
    public synchronized void begin(SharedWorker commanded) {
        worker = commanded;
        rewire();
    }

    /// The packages that members have.
    public PackageShelf packages() {
        return new MembersPackages(this::connected);
    }

    /// A key is good from now on: members are to know it before the function that has it does anything.
    public void keyMade(FunctionKey key) {
        keys.made(key);
    }

    public void keyEnded(String id) {
        keys.ended(id);
    }

    /// Where functions find the API of members that are connected, each member first in its turn.
    public List<InetSocketAddress> apis() {
        return connected().stream().flatMap(link -> link.api().stream()).toList();
    }

    /// Why the worker is given nothing now; empty while there is no reason.
    public synchronized Optional<String> obstacle() {
        if (links.values().stream().anyMatch(FrontLink::isConnected)) {
            return Optional.empty();
        }
        return Optional.of(
                dialers.isEmpty()
                        ? "no member of the cluster is known yet"
                        : dialers.values().stream()
                                .map(MemberDialer::obstacle)
                                .distinct()
                                .collect(Collectors.joining("; ")));
    }

    /// With how many members it is connected.
    public int members() {
        return connected().size();
    }

    /// Those that are connected, another first each time.
    private List<FrontLink> connected() {
        List<FrontLink> found = new ArrayList<>();
        synchronized (this) {
            links.values().stream().filter(FrontLink::isConnected).forEach(found::add);
        }
        if (found.size() > 1) {
            Collections.rotate(found, Math.floorMod(turns.getAndIncrement(), found.size()));
        }
        return found;
    }

    // ---- Which members there are

    /// This process, which is a member itself, knows of these members, itself among them or not.
    public void told(List<MemberAddress> members) {
        told(setting.own().orElseThrow(), members);
    }

    /// A member says which there are.
    void told(MemberId by, List<MemberAddress> members) {
        synchronized (this) {
            told.put(by, members);
            rewire();
        }
    }

    /// Connects to those it is to be connected to, and forgets the others. One that is connected stays so.
    private void rewire() {
        var commanded = worker;
        if (commanded == null || closed) {
            return;
        }
        rememberWhatIsTold();
        var wanted = new LinkedHashSet<>(given);
        for (var one : lastTold) {
            var address = new Address(one.host(), one.port());
            var holder = holders.get(one.member());
            if (!isOwn(one.member()) && (holder == null || holder.address().equals(address))) {
                wanted.add(address);
            }
        }
        for (var address : wanted) {
            if (!dialers.containsKey(address)) {
                var dialer = new MemberDialer(this, address, loops.next(), forEvents);
                dialers.put(address, dialer);
                dialer.begin();
            }
        }
        dialers.values().removeIf(dialer -> {
            boolean drop = !wanted.contains(dialer.address()) && !holders.containsValue(dialer);
            if (drop) {
                dialer.close();
            }
            return drop;
        });
        links.values().removeIf(link -> {
            boolean drop = !holders.containsKey(link.member())
                    && link.running().isEmpty()
                    && lastTold.stream().noneMatch(one -> one.member().equals(link.member()))
                    && dialers.values().stream().noneMatch(dialer -> dialer.hasFound(link.member()));
            if (drop) {
                told.remove(link.member());
                commanded.parted(link.member());
            }
            return drop;
        });
    }

    /// Whoever is connected knows. While nobody is, what was told last stands.
    private void rememberWhatIsTold() {
        var all = new LinkedHashSet<MemberAddress>();
        boolean heard = false;
        for (var one : told.entrySet()) {
            var link = links.get(one.getKey());
            if (isOwn(one.getKey()) || (link != null && link.isConnected())) {
                heard = true;
                all.addAll(one.getValue());
            }
        }
        if (heard) {
            lastTold = all;
        }
    }

    private boolean isOwn(MemberId member) {
        return setting.own().map(member::equals).orElse(false);
    }

    /// A member was found at an address.
    ///
    /// @return the way to it; empty if it is connected by another address, or is this process
    synchronized Optional<FrontLink> claim(MemberId member, MemberDialer by) {
        var commanded = Objects.requireNonNull(worker);
        var holder = holders.get(member);
        if (closed || isOwn(member) || (holder != null && holder != by)) {
            return Optional.empty();
        }
        holders.put(member, by);
        return Optional.of(
                links.computeIfAbsent(member, _ -> new FrontLink(member, commanded, keys, setting.memory())));
    }

    /// The connection that a claim was for has ended.
    void release(MemberId member, MemberDialer by) {
        List<MemberDialer> others;
        synchronized (this) {
            holders.remove(member, by);
            rewire();
            others = List.copyOf(dialers.values());
        }
        others.stream().filter(other -> other.hasFound(member)).forEach(MemberDialer::wake);
    }

    synchronized boolean isClosed() {
        return closed;
    }

    // ---- The end

    /// Says that this worker is about to stop, and waits until the invocations that run have ended, or the time is up.
    public void leave(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        var all = connected();
        all.forEach(FrontLink::leave);
        all.forEach(link -> link.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
    }

    /// Ends all connections once all is said. Safe to repeat.
    @Override
    public synchronized void close() {
        closed = true;
        dialers.values().forEach(MemberDialer::close);
        links.values().forEach(FrontLink::close);
    }
}
