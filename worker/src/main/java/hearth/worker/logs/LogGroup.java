package hearth.worker.logs;

/// A log group: what the streams of one function are kept under.
public record LogGroup(String account, String region, String name) {}
