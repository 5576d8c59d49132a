package hearth.server.cli;

/// The statuses that commands end with. Scripts rely on them, and README lists them.
final class ExitStatus {
    static final int SUCCESS = 0;
    static final int FAILURE = 1;
    /// A command, option or value that does not exist.
    static final int MISUSE = 2;
    /// No server runs with the data folder, as `status` of an init script says it.
    static final int NOT_RUNNING = 3;
    /// A server runs, and does not serve: it starts, stops, or does not answer.
    static final int NOT_READY = 4;

    private ExitStatus() {}
}
