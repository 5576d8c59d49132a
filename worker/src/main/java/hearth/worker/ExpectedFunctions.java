package hearth.worker;

import hearth.model.FunctionVersion;
import hearth.worker.environment.BootableFunctions;
import hearth.worker.environment.EnvironmentHost;
import hearth.worker.pool.InterpreterStart;
import hearth.worker.pool.RuntimePool;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

/// Makes ready what functions will need that may soon be invoked for the first time.
final class ExpectedFunctions {
    private static final System.Logger LOG = System.getLogger(ExpectedFunctions.class.getName());

    private final EnvironmentHost host;
    private final RuntimePool pool;
    private final Executor blocking;
    private final AtomicReference<String> lastWarning = new AtomicReference<>("");

    ExpectedFunctions(EnvironmentHost host, RuntimePool pool, Executor blocking) {
        this.host = host;
        this.pool = pool;
        this.blocking = blocking;
    }

    void expect(FunctionVersion function) {
        blocking.execute(() -> {
            if (host.runtimes().find(function.runtime()).isEmpty()) {
                warn(function);
            }
            boot(function).ifPresent(pool::expect);
        });
    }

    /// Says that a function's runtime is missing, once for its steps from Pending to Active.
    private void warn(FunctionVersion function) {
        var warning = "The function %s cannot be invoked. %s"
                .formatted(function.function().name(), host.runtimes().advice(function.runtime()));
        if (!warning.equals(lastWarning.getAndSet(warning))) {
            LOG.log(Level.WARNING, warning);
        }
    }

    /// How many runtimes are up and wait for a function such as this. May block.
    int booted(FunctionVersion function) {
        var sandbox = BootableFunctions.sandbox(function);
        return boot(function).map(start -> pool.ready(start, sandbox)).orElse(0);
    }

    private Optional<InterpreterStart> boot(FunctionVersion function) {
        return host.runtimes().find(function.runtime()).flatMap(runtime -> host.bootable()
                .of(function, runtime));
    }
}
