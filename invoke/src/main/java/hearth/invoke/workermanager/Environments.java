package hearth.invoke.workermanager;

import hearth.model.FunctionVersion;
import hearth.model.worker.Reservation;
import org.jspecify.annotations.Nullable;

/// Where invocations get environments from: the WorkerManager of this process, or, in a cluster, that of whichever
/// member looks after the function. By any thread; does not block.
public interface Environments {
    /// Gives an environment of this version and generation to the waiter: at once, on this thread, if one is idle here.
    ///
    /// @param tenant whose environment it is to be: none is ever given to another; null of a function that does not
    ///     keep its tenants apart
    void acquire(FunctionVersion version, @Nullable String tenant, Waiter waiter);

    /// Whoever asked for an environment waits no longer: one that comes is for others. The waiter may be served
    /// meanwhile.
    void withdraw(FunctionVersion version, @Nullable String tenant, Waiter waiter);

    /// The worker did not honour this reservation, or what became of the invocation is unknown: its environment is
    /// retired. The invocation may acquire another.
    void refused(Reservation reservation);

    /// An invocation with this reservation was certainly never sent: its environment is as idle as before.
    ///
    /// @param unreachable whether that was because there is no way from here to the worker
    void unused(Reservation reservation, boolean unreachable);
}
