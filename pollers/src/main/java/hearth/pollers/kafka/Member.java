package hearth.pollers.kafka;

/// One that reads a topic for a mapping, on a thread of its own.
interface Member {
    void start();

    /// Takes nothing more. What runs comes to its end, and the brokers are told of what it has done.
    void close();

    /// What runs is waited for no longer.
    void abandon();

    void awaitEnd() throws InterruptedException;
}
