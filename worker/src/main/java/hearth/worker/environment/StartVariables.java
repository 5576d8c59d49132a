package hearth.worker.environment;

import hearth.model.worker.EnvironmentSpec;
import hearth.worker.logs.LogStreamName;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The variables that processes of one environment are started with, among them credentials that end with it.
final class StartVariables implements AutoCloseable {
    private final EnvironmentSpec spec;
    private final EnvironmentHost host;
    private final LogStreamName logName;
    /// Null until a process needs them.
    private @Nullable FunctionCredentials credentials;

    StartVariables(EnvironmentSpec spec, EnvironmentHost host, LogStreamName logName) {
        this.spec = spec;
        this.host = host;
        this.logName = logName;
    }

    Map<String, String> of(EnvironmentResources resources) {
        var issued = credentials;
        if (issued == null) {
            issued = host.settings().credentials().issue(spec);
            credentials = issued;
        }
        var sandbox = resources.sandbox();
        return host.variables()
                .of(
                        spec,
                        resources.runtime(),
                        logName,
                        sandbox.runtimeApiAddress(),
                        !sandbox.serviceSockets().isEmpty(),
                        issued);
    }

    /// Ends the credentials.
    @Override
    public void close() {
        if (credentials != null) {
            host.settings().credentials().end(credentials);
            credentials = null;
        }
    }
}
