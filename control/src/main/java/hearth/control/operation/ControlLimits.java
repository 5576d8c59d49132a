package hearth.control.operation;

import hearth.model.Bytes;
import hearth.model.code.PackageLimits;
import java.time.Duration;

/// The limits of what an account may have and a function may ask for.
///
/// @param concurrentExecutions of all functions of an account in one region; told to callers here, enforced where
///     invocations are admitted
/// @param codeStorage of all deployment packages of an account in one region; with those of published versions
/// @param packages what one deployment package may come to
/// @param environment all environment variables of a function, as compact JSON
/// @param memory the most that a function may be given
/// @param timeout the longest that a function may be given
/// @param layers how many a function may have
/// @param policy what a resource policy may come to, as JSON
public record ControlLimits(
        int concurrentExecutions,
        Bytes codeStorage,
        PackageLimits packages,
        Bytes environment,
        Bytes memory,
        Duration timeout,
        int layers,
        Bytes policy) {
    /// AWS's.
    public static final ControlLimits DEFAULT = new ControlLimits(
            1_000,
            Bytes.mebibytes(75 * 1_024),
            PackageLimits.DIRECT_UPLOAD,
            new Bytes(4_096),
            Bytes.mebibytes(10_240),
            Duration.ofMinutes(15),
            5,
            new Bytes(20_480));

    public ControlLimits withCodeStorage(Bytes limit) {
        return new ControlLimits(concurrentExecutions, limit, packages, environment, memory, timeout, layers, policy);
    }

    public ControlLimits withPackages(PackageLimits limits) {
        return new ControlLimits(
                concurrentExecutions, codeStorage, limits, environment, memory, timeout, layers, policy);
    }
}
