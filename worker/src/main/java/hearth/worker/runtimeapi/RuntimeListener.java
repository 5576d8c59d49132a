package hearth.worker.runtimeapi;

/// Who hears what a runtime does. Called on the environment's event loop; must not block.
public interface RuntimeListener {
    /// The runtime asks for its next event: its INIT, or its last invocation, has ended.
    void asked();

    /// The runtime posted an answer or an error.
    void posted(RuntimePost post);
}
