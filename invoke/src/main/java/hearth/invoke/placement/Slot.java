package hearth.invoke.placement;

import hearth.model.worker.WorkerId;

/// Room for one environment on a worker, promised until `close`. Safe to close twice.
public interface Slot extends AutoCloseable {
    WorkerId worker();

    /// How many processors that has.
    int processors();

    /// Whether it is reached over a network: an environment there has nothing to do while its answer and the next event
    /// are on their way.
    boolean isAway();

    /// The worker made the environment: it is well.
    void succeeded();

    /// The worker could not make the environment for a reason of its own. Several of these in a row make it
    /// unhealthy.
    void failed();

    /// The worker says that it has no room. It is believed, and not chosen before its next report.
    void refused();

    /// The environment ends when it is not needed from now on. Safe to repeat, and after `close`.
    void keepNoLonger();

    /// Gives the room back, once the environment is gone.
    @Override
    void close();
}
