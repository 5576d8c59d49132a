package hearth.invoke.placement;

import hearth.model.worker.Worker;

/// Room for one environment on a worker, promised until `close`. Safe to close twice.
public interface Slot extends AutoCloseable {
    Worker worker();

    /// The worker made the environment: it is well.
    void succeeded();

    /// The worker could not make the environment for a reason of its own. Several of these in a row make it
    /// unhealthy.
    void failed();

    /// The environment ends when it is not needed from now on. Safe to repeat, and after `close`.
    void keepNoLonger();

    /// Gives the room back, once the environment is gone.
    @Override
    void close();
}
