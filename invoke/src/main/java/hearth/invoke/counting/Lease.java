package hearth.invoke.counting;

/// The right to run one invocation, from its admission until `close`. Safe to close twice or from several threads.
public interface Lease extends AutoCloseable {
    @Override
    void close();
}
