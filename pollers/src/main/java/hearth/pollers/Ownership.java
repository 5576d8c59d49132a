package hearth.pollers;

import hearth.cluster.CheckpointStore;
import hearth.cluster.StreamClaim;
import hearth.model.EventSourceMappingId;
import java.util.Set;

/// Which mappings this process polls, of those that there are.
public interface Ownership {
    /// Of a process that has its store for itself.
    Ownership SOLE = new Ownership() {
        @Override
        public boolean renew(boolean rests) {
            return false;
        }

        @Override
        public Set<EventSourceMappingId> share(Set<EventSourceMappingId> enabled, Set<EventSourceMappingId> busy) {
            return enabled;
        }

        @Override
        public boolean isHeld(EventSourceMappingId mapping) {
            return true;
        }

        @Override
        public StreamClaim claim(CheckpointStore checkpoints, EventSourceMappingId mapping) {
            return checkpoints.claim(mapping);
        }

        @Override
        public void onChange(Runnable listener) {
            // Nobody else changes anything.
        }

        @Override
        public void leave() {
            // Nobody waits for it.
        }
    };

    /// Says that this process is there. To be called once a second at least.
    ///
    /// @param rests whether it is to take nothing more
    /// @return whether `share` may answer something else than before
    boolean renew(boolean rests);

    /// Takes mappings that nobody polls, gives up those that are too many, and lets others have those that are not
    /// wanted here and no longer worked on.
    ///
    /// @param enabled all that are to be polled by someone
    /// @param busy those that this process works on, be it that it ends that
    /// @return those that this process is to poll
    Set<EventSourceMappingId> share(Set<EventSourceMappingId> enabled, Set<EventSourceMappingId> busy);

    /// Whether nobody else can poll the mapping now. Asked before each batch, on any thread.
    boolean isHeld(EventSourceMappingId mapping);

    /// Takes the checkpoints of a mapping, which go with the right to poll it.
    ///
    /// @throws hearth.cluster.ClaimLostException when another has that, or the mapping is gone
    StreamClaim claim(CheckpointStore checkpoints, EventSourceMappingId mapping);

    /// Has the listener told when `share` may answer something else.
    void onChange(Runnable listener);

    /// Lets others have all of it, at once.
    void leave();
}
