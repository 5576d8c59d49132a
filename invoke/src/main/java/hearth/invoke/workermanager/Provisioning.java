package hearth.invoke.workermanager;

import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.time.Instant;
import java.util.List;

/// Keeps as many environments initialised as versions have *provisioned*. They serve before the others, and neither
/// idleness nor another function's need ends them. Guarded as the EnvironmentTable is.
final class Provisioning {
    static final NotRunnable NEVER_FITS = new NotRunnable(NotRunnable.Cause.INIT_FAILED, "No worker is large enough");
    private static final NotRunnable SHARE_USED_UP = new NotRunnable(
            NotRunnable.Cause.SHARE_USED_UP, "Provisioned environments take all of the workers that they may");

    /// More are asked for as these become ready, and once a second.
    private static final int AT_ONCE = 32;

    private final Inventory inventory;

    Provisioning(Inventory inventory) {
        this.inventory = inventory;
    }

    /// From now on so many environments of a version are kept initialised.
    void want(FunctionVersion version, int wanted, Instant now, List<EnvironmentAction> actions) {
        if (inventory.isClosed()
                || !inventory.accepts(version.function())
                || (wanted == 0 && inventory.find(version.environmentKey(null)) == null)) {
            return;
        }
        var function = inventory.obtain(version, null, actions);
        if (function.isSnapStart()) {
            if (wanted > 0) {
                ahead(function, now, actions);
            } else if (function.goal().failure().isPresent()) {
                want(function, 0, now, actions);
            }
            return;
        }
        want(function, wanted, now, actions);
    }

    /// Under SnapStart, one environment is initialised ahead from now on for some time.
    void ahead(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        if (!inventory.isClosed() && inventory.accepts(function.version().function())) {
            function.goal().wantAhead(now);
            ask(function, now, actions);
        }
    }

    /// Ends what was initialised ahead for a version that nobody has invoked for long.
    void expire(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        if (function.goal().wanted() > 0 && function.goal().isOver(now)) {
            want(function, 0, now, actions);
        }
    }

    /// One that was initialised ahead is given to an invocation: from then on it is as any other, and another takes its
    /// place.
    void taken(Environment environment, Instant now, List<EnvironmentAction> actions) {
        environment.function().stock().left(environment);
        keepNoLonger(environment, actions);
        environment.function().stock().entered(environment);
        ahead(environment.function(), now, actions);
    }

    private void want(FunctionEnvironments function, int wanted, Instant now, List<EnvironmentAction> actions) {
        function.goal().want(wanted);
        while (function.stock().provisioned() > wanted
                && !function.stock().idleProvisioned().isEmpty()) {
            inventory.retire(function.stock().idleProvisioned().getLast(), actions);
        }
        ask(function, now, actions);
        inventory.forgetIfEmpty(function);
    }

    /// Asks for those that are wanted and neither there nor on their way.
    void ask(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        if (!inventory.mayAsk(function)
                || function.isSuperseded()
                || !function.goal().mayTry(now)) {
            return;
        }
        for (int i = 0;
                i < AT_ONCE && function.stock().provisioned() < function.goal().wanted();
                i++) {
            inventory.ask(function, now, true, actions);
        }
    }

    /// One that was asked for is there.
    void succeeded(FunctionEnvironments function, Instant now, List<EnvironmentAction> actions) {
        function.goal().succeeded();
        ask(function, now, actions);
    }

    void neverFits(FunctionEnvironments function, Instant now) {
        function.goal().failed(NEVER_FITS, now);
    }

    /// They take all of the workers that they may: ending others makes no room for more of them.
    void shareUsedUp(FunctionEnvironments function, Instant now) {
        function.goal().heldUp(SHARE_USED_UP, now);
    }

    /// One comes free. If it is provisioned beyond what is wanted by now, it goes on as any other.
    void freed(Environment environment, List<EnvironmentAction> actions) {
        var function = environment.function();
        if (environment.isProvisioned()
                && function.stock().provisioned() >= function.goal().wanted()) {
            keepNoLonger(environment, actions);
        }
    }

    /// It goes on as any other. Only while it is in no state that counts it.
    void keepNoLonger(Environment environment, List<EnvironmentAction> actions) {
        environment.unprovision();
        actions.add(new EnvironmentAction.KeepNoLonger(environment.slot()));
    }

    /// How far a version's provisioning has come.
    Provisioned progress(FunctionId function, String version) {
        return inventory.of(function).stream()
                .filter(one ->
                        one.version().version().equals(version) && one.goal().wanted() > 0)
                .findFirst()
                .map(one -> new Provisioned(
                        one.goal().wanted(),
                        one.stock().readyProvisioned(),
                        one.goal().failure()))
                .orElse(Provisioned.NONE);
    }
}
