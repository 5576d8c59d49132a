package hearth.worker.runtimeapi;

import org.jspecify.annotations.Nullable;

/// Who hears what a runtime does. Called on the environment's event loop; must not block.
public interface RuntimeListener {
    /// The runtime asks for its first event, and its INIT has ended. One that runs one invocation at a time asks
    /// for each event, and its last invocation has ended.
    void asked();

    /// The runtime begins an answer that it makes piece by piece.
    ///
    /// @return where the pieces go, to be taken on the environment's event loop; null if the caller waits for the
    ///     whole
    @Nullable
    PieceSink begins(String requestId, String contentType);

    /// The runtime posted an answer or an error.
    ///
    /// @param requestId of the invocation that it is for; of no meaning for an `InitError`
    void posted(String requestId, RuntimePost post);

    /// Whether the body that was posted of an invocation is still kept, for a caller who waits for the end of the log
    /// with it.
    boolean keepsBody(String requestId);

    /// We failed within one of the runtime's requests. Where that leaves the conversation, nobody knows.
    void failed(Throwable defect);
}
