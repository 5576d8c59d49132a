package hearth.cluster;

import hearth.cluster.MemberRecord.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// By what members find each other: who is there, who founds the cluster, and which part of it goes on when it is
/// parted. In PostgreSQL, which they share; all of it throws `StoreException` while that is away.
public final class MemberStore {
    /// Twice as often as a member says that it is there, and more.
    public static final Duration ALIVE = Duration.ofSeconds(4);

    private static final Duration FORGOTTEN = Duration.ofDays(7);

    private final Database database;

    MemberStore(Database database) {
        this.database = database;
    }

    /// All that were ever there and are not forgotten, by name.
    public List<MemberRecord> all() {
        return database.read(MemberTable::all);
    }

    /// Gives the member's name to its process, unless another one has it that is alive. At the same address there
    /// cannot be another.
    ///
    /// @return that other one
    public Optional<MemberRecord> register(MemberRecord member) {
        return database.write(session -> {
            var other = MemberTable.all(session).stream()
                    .filter(each -> each.name().equals(member.name())
                            && each.incarnation() != member.incarnation()
                            && !each.address().equals(member.address())
                            && isAlive(each))
                    .findFirst();
            if (other.isEmpty()) {
                MemberTable.put(session, member);
                MemberTable.forget(session, FORGOTTEN);
            }
            return other;
        });
    }

    /// Founds the cluster, unless there is one: of two that try at once, one does.
    ///
    /// @param evenIfSilent whether members that were up and are no longer heard of count as gone
    /// @return the generation of the cluster; empty when others are up
    public Optional<Long> found(String name, long incarnation, boolean evenIfSilent) {
        // Serializable, as all writes here: each reads what the other would write, so one of them is run again.
        return database.write(session -> {
            var all = MemberTable.all(session);
            boolean others = all.stream()
                    .anyMatch(each ->
                            !each.name().equals(name) && each.state() == State.UP && (isAlive(each) || !evenIfSilent));
            if (others) {
                return Optional.<Long>empty();
            }
            long generation =
                    all.stream().mapToLong(MemberRecord::generation).max().orElse(0) + 1;
            return MemberTable.beat(session, name, incarnation, State.UP, generation)
                    ? Optional.of(generation)
                    : Optional.<Long>empty();
        });
    }

    /// Says that a process is there.
    ///
    /// @return false when the name is another process's, or the process was taken out of the cluster
    public boolean beat(String name, long incarnation, State state, long generation) {
        return database.write(session -> MemberTable.beat(session, name, incarnation, state, generation));
    }

    /// Has the part of a parted cluster for which this process speaks go on, unless another part has taken it out.
    /// Whom the part does not reach is taken out; a process that was can be of the cluster again only as another
    /// incarnation.
    ///
    /// Refused when the database has not heard of one of those for long: they may go on without having asked it.
    ///
    /// @param lost by name, the incarnations of those that the part does not reach
    /// @param longestSilence what counts as long
    /// @return whether the part goes on
    public boolean goOn(String name, long incarnation, Map<String, Long> lost, Duration longestSilence) {
        return database.write(session -> {
            var all = MemberTable.all(session);
            boolean refused = all.stream()
                    .anyMatch(each -> each.name().equals(name)
                            ? each.incarnation() != incarnation || each.state() == State.LOST
                            : isOf(lost, each) && each.silence().compareTo(longestSilence) > 0);
            if (!refused) {
                for (var each : lost.entrySet()) {
                    MemberTable.lose(session, each.getKey(), each.getValue());
                }
            }
            return !refused;
        });
    }

    private static boolean isOf(Map<String, Long> incarnations, MemberRecord member) {
        return Objects.equals(incarnations.get(member.name()), member.incarnation())
                && (member.state() == State.UP || member.state() == State.JOINING);
    }

    private static boolean isAlive(MemberRecord member) {
        return member.state() != State.LEFT
                && member.state() != State.LOST
                && member.silence().compareTo(ALIVE) < 0;
    }
}
