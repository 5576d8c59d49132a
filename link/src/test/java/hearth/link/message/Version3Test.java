package hearth.link.message;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.link.Samples;
import hearth.model.RandomMessages;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.NotRunnable.Cause;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.WorkerCommand;
import org.junit.jupiter.api.Test;

/// What this release says to one that knows nothing of SnapStart.
class Version3Test {
    private static final long SEED = Long.getLong("hearth.seed", System.nanoTime());

    private final RandomMessages messages = new RandomMessages(SEED);

    private static Message said(Message message, int version) {
        return MessageCodec.decode(MessageCodec.encode(message, version));
    }

    @Test
    void startsEnvironmentsUnderSnapStartOnDemand() {
        for (int i = 0; i < 100; i++) {
            var any = messages.make(EnvironmentSpec.class);
            var spec = new EnvironmentSpec(
                    any.id(), any.function(), any.tenant(), InitializationType.SNAP_START, any.maxConcurrency());
            var start = new Message.Command(new WorkerCommand.Start(spec));

            var told = said(start, 3);

            assertThat(said(start, 4)).as("seed %s", SEED).isEqualTo(start);
            assertThat(told).isInstanceOfSatisfying(Message.Command.class, command -> assertThat(command.command())
                    .isInstanceOfSatisfying(WorkerCommand.Start.class, one -> {
                        assertThat(one.spec().initializationType()).isEqualTo(InitializationType.ON_DEMAND);
                        assertThat(one.spec().function().snapStart()).isFalse();
                        assertThat(one.spec().function().obstacle())
                                .isEqualTo(any.function().obstacle());
                    }));
        }
    }

    @Test
    void tellsOfAFailedRestoreAsOfAFailedInitialisation() {
        for (var cause : Cause.values()) {
            var ended = new Message.Event(new Ended("id", Samples.reservation(1), new NotRunnable(cause, "why")));
            boolean isNew = cause == Cause.RESTORE_FAILED || cause == Cause.RESTORE_TIMED_OUT;
            var known = new Message.Event(
                    new Ended("id", Samples.reservation(1), new NotRunnable(isNew ? Cause.INIT_FAILED : cause, "why")));

            assertThat(said(ended, 3)).isEqualTo(known);
            assertThat(said(ended, 4)).isEqualTo(ended);
        }
    }
}
