package hearth.invoke.workermanager;

import hearth.invoke.placement.Slot;
import hearth.model.worker.EnvironmentId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One execution environment in the EnvironmentTable, and guarded as that is.
final class Environment {
    private final EnvironmentId id;
    private final FunctionEnvironments function;
    private final Instant asked;
    private boolean provisioned;
    private EnvironmentState state = new EnvironmentState.Starting();
    private long reservations;
    /// The round in which its invocation took its turn.
    private long turn;
    /// Those of its function on its worker; null until it has one.
    private @Nullable Turns turns;

    /// Null until the PlacementService has found one.
    private @Nullable Slot slot;

    /// @param asked when it was asked for
    /// @param provisioned whether it is kept initialised, used or not
    Environment(EnvironmentId id, FunctionEnvironments function, Instant asked, boolean provisioned) {
        this.provisioned = provisioned;
        this.id = id;
        this.function = function;
        this.asked = asked;
    }

    EnvironmentId id() {
        return id;
    }

    FunctionEnvironments function() {
        return function;
    }

    boolean isProvisioned() {
        return provisioned;
    }

    /// From now on it may end as any other. Only while it is in no state that counts it.
    void unprovision() {
        provisioned = false;
    }

    Instant asked() {
        return asked;
    }

    EnvironmentState state() {
        return state;
    }

    void happened(EnvironmentState.Event event) {
        state = state.after(event);
    }

    /// Goes to the next state, and counts as that.
    void change(EnvironmentState.Event event) {
        function.stock().left(this);
        happened(event);
        function.stock().entered(this);
    }

    /// Counts the reservations, so that each has a number of its own.
    long nextReservation() {
        return ++reservations;
    }

    void placed(Slot found) {
        slot = found;
        turns = function.turns().on(found);
    }

    void beginTurn() {
        turn = turns().begin();
    }

    void endTurn() {
        turns().end(turn);
    }

    Turns turns() {
        if (turns == null) {
            throw new IllegalStateException("Environment " + id + " has no slot yet");
        }
        return turns;
    }

    Slot slot() {
        if (slot == null) {
            throw new IllegalStateException("Environment " + id + " has no slot yet");
        }
        return slot;
    }
}
