package hearth.events;

/// How much waits in the queues that this process works.
public interface Backlog {
    /// How many events wait for functions or run.
    long waiting();

    /// How many messages wait for those who are to hear of events.
    long undelivered();
}
