package hearth.worker;

import hearth.model.memory.MemoryBudget;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import hearth.worker.endpoints.FunctionReach;
import hearth.worker.environment.CredentialIssuer;
import hearth.worker.environment.StreamPace;
import hearth.worker.pool.PoolConfig;
import java.nio.file.Path;
import java.time.Duration;

/// How a worker is set up.
///
/// @param id its name in the cluster
/// @param capacity what it offers to environments in all
/// @param logs where the functions' log streams lie
/// @param pool how many runtimes may be kept booted
/// @param freezeDelay how long an environment is idle before it is frozen
/// @param initLimit how long the INIT phase may take before it is put off to the first invocation
/// @param credentials makes what functions sign their own requests with
/// @param reach what functions reach besides the internet
/// @param streamPace how fast answers may be streamed
/// @param memory that the bytes of functions may take in this process
public record WorkerConfig(
        WorkerId id,
        WorkerCapacity capacity,
        Path logs,
        PoolConfig pool,
        Duration freezeDelay,
        Duration initLimit,
        CredentialIssuer credentials,
        FunctionReach reach,
        StreamPace streamPace,
        MemoryBudget memory) {
    public static final Duration FREEZE_DELAY = Duration.ofMillis(50);
    public static final Duration INIT_LIMIT = Duration.ofSeconds(10);

    public static WorkerConfig defaults(
            WorkerId id,
            WorkerCapacity capacity,
            Path logs,
            PoolConfig pool,
            CredentialIssuer credentials,
            FunctionReach reach,
            StreamPace streamPace,
            MemoryBudget memory) {
        return new WorkerConfig(
                id, capacity, logs, pool, FREEZE_DELAY, INIT_LIMIT, credentials, reach, streamPace, memory);
    }
}
