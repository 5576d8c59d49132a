package hearth.invoke.shards;

import hearth.invoke.shards.ShardAnswer.Failed;
import hearth.invoke.shards.ShardAnswer.FromLedger;
import hearth.invoke.shards.ShardAnswer.Moved;
import hearth.invoke.shards.ShardAnswer.ProvisioningState;
import hearth.invoke.shards.ShardAnswer.Served;
import hearth.invoke.shards.ShardRequest.Acquire;
import hearth.invoke.shards.ShardRequest.AskProvisioned;
import hearth.invoke.shards.ShardRequest.LedgerHoldings;
import hearth.invoke.shards.ShardRequest.Refused;
import hearth.invoke.shards.ShardRequest.Unused;
import hearth.invoke.shards.ShardRequest.Withdraw;
import hearth.invoke.workermanager.Assignment;
import hearth.invoke.workermanager.Environments;
import hearth.invoke.workermanager.Provisioned;
import hearth.invoke.workermanager.Unavailable;
import hearth.invoke.workermanager.Waiter;
import hearth.invoke.workermanager.WorkerManager;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.MemberId;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Gets environments from whichever member looks after a function: from the WorkerManager of this one by a call, from
/// others by messages.
///
/// A request has a *ticket*, by which it is said again until it is answered: after a second, when the owner says that
/// it is none, and when members come or go. An answer to a ticket that is over is sent back as `Unused`, so that its
/// environment is not lost; one that comes again is passed over. What is lost of all this, the owner finds out by the
/// reports of its workers.
public final class ShardedEnvironments implements Environments, ShardHost {
    private static final long REPEAT = TimeUnit.MILLISECONDS.toNanos(900);

    /// How long it is remembered how a ticket ended.
    private static final long KEPT = TimeUnit.SECONDS.toNanos(10);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final int MOST_DOUBLINGS = 5;

    private final MemberId self;
    private final WorkerManager own;
    private volatile Consumer<FunctionId> unknown = _ -> {};
    private final ShardTransport transport;
    private final WorkerManager.Alarm alarm;
    private final LongSupplier nanos;
    private final AtomicLong numbers;
    private final RemoteAcquires remote;
    private final ProvisioningQuestions questions;

    /// Those that are not over.
    private final Map<Long, Ticket> tickets = new ConcurrentHashMap<>();

    private final Map<Waiter, Ticket> waiting = new ConcurrentHashMap<>();

    /// Those that another member was asked for and that ended just now.
    private final Map<Long, Ending> ended = new ConcurrentHashMap<>();

    /// @param reservation that it was served with here; null if it was not
    private record Ending(@Nullable Reservation reservation, long at) {}

    /// @param first the number of the first ticket: at random, so that none is like one of this member's earlier lives
    /// @param nanos a clock that nobody sets
    public ShardedEnvironments(
            MemberId self,
            WorkerManager own,
            ShardTransport transport,
            WorkerManager.Alarm alarm,
            LongSupplier nanos,
            long first) {
        this.self = self;
        this.own = own;
        this.transport = transport;
        this.alarm = alarm;
        this.nanos = nanos;
        numbers = new AtomicLong(first);
        remote = new RemoteAcquires(own, transport, nanos);
        questions = new ProvisioningQuestions(self, transport, numbers);
    }

    @Override
    public void acquire(FunctionVersion version, @Nullable String tenant, Waiter waiter) {
        var ticket = new Ticket(numbers.getAndIncrement(), version, tenant, waiter);
        tickets.put(ticket.number, ticket);
        waiting.put(waiter, ticket);
        own.acquire(version, tenant, ticket);
    }

    @Override
    public void withdraw(FunctionVersion version, @Nullable String tenant, Waiter waiter) {
        var ticket = waiting.get(waiter);
        if (ticket != null && ticket.end(null)) {
            own.withdraw(version, tenant, ticket);
            if (ticket.isRemote) {
                transport.toShard(new Withdraw(ticket.shard(), self, ticket.number));
            }
        }
    }

    @Override
    public void refused(Reservation reservation) {
        var shard = reservation.environment().shard();
        if (own.accepts(shard)) {
            own.refused(reservation);
        } else {
            transport.toShard(new Refused(shard, self, reservation));
        }
    }

    @Override
    public void unused(Reservation reservation, boolean unreachable) {
        var shard = reservation.environment().shard();
        if (own.accepts(shard)) {
            own.unused(reservation, unreachable);
        } else {
            transport.toShard(new Unused(shard, self, reservation, unreachable));
        }
    }

    /// Asks other members how far the provisioning of their functions has come.
    public ProvisioningQuestions provisioning() {
        return questions;
    }

    /// @param unknown hears of functions of this member's of which others ask what is provisioned, and nothing is; must
    ///     not block
    public void onUnknown(Consumer<FunctionId> unknown) {
        this.unknown = unknown;
    }

    @Override
    public void begin(ShardId shard) {
        own.begin(shard);
    }

    @Override
    public void end(ShardId shard) {
        own.end(shard);
    }

    @Override
    public void received(ShardRequest request) {
        switch (request) {
            case Acquire acquire -> remote.acquire(acquire);
            case Withdraw withdraw -> remote.withdraw(withdraw);
            case Refused refused -> own.refused(refused.reservation());
            case Unused unused -> remote.unused(unused);
            case AskProvisioned(var shard, var from, var ticket, var function, var version) -> {
                if (own.accepts(shard)) {
                    var state = own.provisioned(function, version);
                    transport.toMember(from, new ProvisioningState(ticket, state));
                    if (state.equals(Provisioned.NONE)) {
                        unknown.accept(function);
                    }
                }
            }
            case LedgerHoldings _ -> {}
        }
    }

    @Override
    public void received(ShardAnswer answer) {
        switch (answer) {
            case Served(var number, var assignment) -> served(number, assignment);
            case Failed(var number, var why) -> {
                var ticket = tickets.get(number);
                if (ticket != null) {
                    ticket.failed(why);
                }
            }
            case Moved(var number) -> {
                var ticket = tickets.get(number);
                if (ticket != null) {
                    ticket.askLater();
                }
            }
            case ProvisioningState(var number, var state) -> questions.answered(number, state);
            case FromLedger _ -> {}
        }
    }

    private void served(long number, Assignment assignment) {
        var ticket = tickets.get(number);
        if (ticket == null) {
            late(number, assignment);
        } else {
            ticket.served(assignment);
        }
    }

    /// An answer to a ticket that is over.
    private void late(long number, Assignment assignment) {
        var ending = ended.get(number);
        // Of one that nothing is known of any more the worker's report tells the owner.
        if (ending != null && !assignment.reservation().equals(ending.reservation())) {
            unused(assignment.reservation(), false);
        }
    }

    /// Whoever waits for an environment has been admitted by what this member held, which others have now.
    @Override
    public void parted() {
        tickets.values().forEach(Ticket::parted);
    }

    @Override
    public void membersChanged(Set<MemberId> up) {
        remote.membersChanged(up);
        tickets.values().stream().filter(ticket -> ticket.isRemote).forEach(Ticket::ask);
    }

    /// Does what is due by time alone. To be called about once a second.
    public void sweep() {
        long now = nanos.getAsLong();
        remote.sweep();
        ended.values().removeIf(ending -> now - ending.at() > KEPT);
        tickets.values().stream()
                .filter(ticket -> ticket.isRemote && now - ticket.asked > REPEAT)
                .forEach(Ticket::ask);
    }

    /// How many requests are not answered.
    public int unanswered() {
        return tickets.size();
    }

    /// One request for an environment. Whoever ends it first decides.
    private final class Ticket implements Waiter {
        private final long number;
        private final FunctionVersion version;
        private final @Nullable String tenant;
        private final Waiter waiter;
        private volatile boolean isRemote;
        private volatile long asked;
        /// Guarded by this.
        private boolean isOver;

        private boolean isPaused;
        private int moves;

        Ticket(long number, FunctionVersion version, @Nullable String tenant, Waiter waiter) {
            this.number = number;
            this.version = version;
            this.tenant = tenant;
            this.waiter = waiter;
        }

        ShardId shard() {
            return ShardId.of(version.function());
        }

        /// @param reservation that it was served with; null if it was not
        /// @return whether it had not ended before
        synchronized boolean end(@Nullable Reservation reservation) {
            if (isOver) {
                return false;
            }
            isOver = true;
            if (isRemote || reservation == null) {
                // Before it is no ticket any more: an answer that comes now is to find one or the other.
                ended.put(number, new Ending(reservation, nanos.getAsLong()));
            }
            tickets.remove(number, this);
            waiting.remove(waiter, this);
            return true;
        }

        @Override
        public void served(Assignment assignment) {
            if (end(assignment.reservation())) {
                waiter.served(assignment);
            } else {
                late(number, assignment);
            }
        }

        @Override
        public void failed(Unavailable why) {
            if (end(null)) {
                waiter.failed(why);
            }
        }

        void parted() {
            if (end(null)) {
                own.withdraw(version, tenant, this);
                waiter.failed(new Unavailable.Parted());
            }
        }

        /// This member does not look after the function.
        @Override
        public void moved() {
            isRemote = true;
            ask();
        }

        @Override
        public Set<WorkerId> avoids() {
            return waiter.avoids();
        }

        void ask() {
            boolean asks;
            synchronized (this) {
                isPaused = false;
                asks = !isOver;
            }
            if (asks) {
                asked = nanos.getAsLong();
                transport.toShard(new Acquire(shard(), self, number, version, tenant));
            }
        }

        /// Whoever was asked was not the one. At once at first, then with pauses: it takes a while until all know who
        /// is.
        void askLater() {
            Duration pause;
            synchronized (this) {
                if (isPaused) {
                    return;
                }
                isPaused = true;
                pause = moves == 0 ? Duration.ZERO : FIRST_PAUSE.multipliedBy(1L << Math.min(moves, MOST_DOUBLINGS));
                moves++;
            }
            if (pause.isZero()) {
                ask();
            } else {
                alarm.after(pause, this::ask);
            }
        }
    }
}
