package hearth.worker.runtimes;

/// Where things are inside a sandbox, as in AWS's.
final class LambdaPaths {
    static final String TASK = "/var/task";
    static final String LAYERS = "/opt";
    static final String RUNTIME = "/var/runtime";
    static final String LANGUAGE = "/var/lang";

    private LambdaPaths() {}
}
