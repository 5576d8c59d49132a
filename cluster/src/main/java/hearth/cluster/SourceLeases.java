package hearth.cluster;

import hearth.model.EventSourceMappingId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;

/// Which of the servers that share a database polls the source of which mapping.
///
/// A server is there by a row that it moves on (`join`, `renew`), and its leases are good for as long as that row is
/// there: however many they are, it writes one row. Others remove a row only once its time is over (`bury`), and a
/// server that was removed comes back under another name, without leases.
///
/// All methods throw `StoreException` when the database is away; then it is unknown whether what was to be written is.
public interface SourceLeases {
    /// A server that polls.
    ///
    /// @param rests whether it takes no more leases
    /// @param over whether its time is over, so that it may be buried
    record Server(String owner, boolean rests, boolean over) {}

    /// A name that no server ever had: its host, its process, and a number.
    static String newName(RandomGenerator random) {
        return StoreLease.owner(random);
    }

    /// Adds a server under a name that nobody ever had.
    void join(String owner, Duration term);

    /// Moves the end of a server's time on.
    ///
    /// @return all servers; the one that asked is not among them once it was buried
    List<Server> renew(String owner, boolean rests, Duration term);

    /// Removes servers whose time is over. Of those that it is not, none.
    void bury(Collection<String> owners);

    /// All leases that somebody was ever given, of mappings that there are. Those that nobody has have no owner.
    List<SourceLease> all();

    /// Gives the first of these to the server that nobody has.
    ///
    /// @param most how many at most
    /// @return what it was given; nothing once it was buried
    List<SourceLease> take(String owner, Collection<EventSourceMappingId> mappings, int most);

    /// Lets others have these, as far as they are still its owner's.
    void release(Collection<SourceLease> leases);

    /// Removes a server, which lets others have all of its leases.
    void leave(String owner);

    /// Has the listener told when others may find something to take. It must not block.
    void onChange(Runnable listener);
}
