package hearth.worker.environment;

import hearth.model.FunctionVersion;
import hearth.worker.pool.InterpreterStart;
import hearth.worker.runtimes.ChannelUse;
import hearth.worker.runtimes.InstalledRuntime;
import hearth.worker.sandbox.SandboxSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The functions that can take a booted runtime, and of which kind it has to be.
///
/// @param variables what functions find in their environment
public record BootableFunctions(FunctionVariables variables) {
    /// What interpreters, the C library and the loader look at while they start. A function that sets one of these to
    /// something of its own starts its own interpreter.
    private static final List<String> LOOKED_AT = List.of(
            "LD_",
            "LC_",
            "LANG",
            "LOCPATH",
            "TZ",
            "MALLOC_",
            "GLIBC_",
            "GCONV_",
            "ICU_",
            "OPENSSL_",
            "SSL_",
            "PYTHON",
            "NODE",
            "UV_",
            "V8_",
            "JAVA_",
            "_JAVA_",
            "JDK_",
            "CLASSPATH",
            "AWS_LAMBDA_EXEC_WRAPPER",
            "AWS_LAMBDA_JAVA");

    /// Empty for one that can only start its own interpreter.
    public Optional<InterpreterStart> of(FunctionVersion function, InstalledRuntime runtime) {
        if (runtime.channel() == ChannelUse.NONE
                || !function.layers().isEmpty()
                || !function.ephemeralStorage().equals(SandboxSpec.USUAL_EPHEMERAL_STORAGE)) {
            return Optional.empty();
        }
        var environment = variables.beforeFunction(runtime);
        if (changes(function.environment(), environment)) {
            return Optional.empty();
        }
        return Optional.of(
                new InterpreterStart(runtime.id(), runtime.command(function.memory()), runtime.mounts(), environment));
    }

    /// What its sandbox is refitted to, but for the mounts.
    public static SandboxSpec sandbox(FunctionVersion function) {
        return new SandboxSpec(
                function.function().name(),
                function.memory(),
                EnvironmentResources.milliCpus(function),
                function.ephemeralStorage(),
                List.of());
    }

    private static boolean changes(Map<String, String> own, Map<String, String> boot) {
        return own.entrySet().stream()
                .filter(variable -> LOOKED_AT.stream().anyMatch(variable.getKey()::startsWith))
                .anyMatch(variable -> !variable.getValue().equals(boot.get(variable.getKey())));
    }
}
