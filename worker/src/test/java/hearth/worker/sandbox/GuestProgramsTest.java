package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Descriptors.Pair;
import hearth.worker.sandbox.SandboxProcess.Exit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a guest says of its programs, which may be a lie.
final class GuestProgramsTest {
    private final GuestPrograms programs = new GuestPrograms();
    private Pair output;
    private GuestProcess program;

    @BeforeEach
    void make() throws Exception {
        output = Descriptors.streamSockets();
        program = GuestProcess.make(output.reading(), () -> {});
    }

    @AfterEach
    void close() {
        program.close();
        Descriptors.close(output.reading());
        Descriptors.close(output.writing());
    }

    private boolean hasEnded() throws Exception {
        return Descriptors.awaitReadable(program.pidfd(), 0);
    }

    @Test
    void aProgramStartsAndEnds() throws Exception {
        var started = programs.starting(program);

        programs.said("P 17");
        assertThat(started).isCompletedWithValue("P 17");
        assertThat(hasEnded()).isFalse();

        programs.said("X 3");
        assertThat(hasEnded()).isTrue();
        assertThat(program.exit()).isEqualTo(new Exit.Status(3));
    }

    @Test
    void aProgramThatCannotBeStartedIsNone() throws Exception {
        var started = programs.starting(program);

        programs.said("E open /dev/null: No such file or directory");

        assertThat(started).isCompletedWithValue("E open /dev/null: No such file or directory");
        assertThat(programs.starting(program)).isNotCompleted();
    }

    @Test
    void noProgramEndsThatDoesNotRun() throws Exception {
        assertThatThrownBy(() -> programs.said("X 0")).hasMessageContaining("does not run");

        var _ = programs.starting(program);
        programs.said("P 17");
        programs.said("S 9");
        assertThat(program.exit()).isEqualTo(new Exit.Signal(9));
        assertThatThrownBy(() -> programs.said("X 0")).hasMessageContaining("does not run");
        assertThat(program.exit()).isEqualTo(new Exit.Signal(9));
    }

    @Test
    void aProgramThatWaitsComesUpOnce() throws Exception {
        var _ = programs.starting(program);
        var up = programs.comingUp();
        assertThatThrownBy(programs::isUp).hasMessageContaining("nobody waits for");
        programs.said("P 17");

        programs.isUp();

        assertThat(up).isCompletedWithValue(true);
        assertThatThrownBy(programs::isUp).hasMessageContaining("nobody waits for");
    }

    @Test
    void oneThatEndsOrCannotBeStartedDoesNotComeUp() throws Exception {
        var _ = programs.starting(program);
        var ends = programs.comingUp();
        programs.said("P 17");
        programs.said("X 1");
        assertThat(ends).isCompletedWithValue(false);

        var _ = programs.starting(program);
        var cannot = programs.comingUp();
        programs.said("E no such file");
        assertThat(cannot).isCompletedWithValue(false);

        var _ = programs.starting(program);
        var dies = programs.comingUp();
        programs.machineEnded("test");
        assertThat(dies).isCompletedWithValue(false);
    }

    @Test
    void noProgramComesUpThatIsNotToWait() throws Exception {
        var _ = programs.starting(program);
        programs.said("P 17");

        assertThatThrownBy(programs::isUp).hasMessageContaining("nobody waits for");
    }

    @Test
    void whatMeansNothingIsRefused() throws Exception {
        var _ = programs.starting(program);
        programs.said("P 17");

        assertThatThrownBy(() -> programs.said("X three")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> programs.said("P 18")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> programs.said("X")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> programs.said("")).isInstanceOf(IllegalStateException.class);
        assertThat(hasEnded()).isFalse();
    }

    @Test
    void theMachinesEndIsThatOfItsProgram() throws Exception {
        var _ = programs.starting(program);
        programs.said("P 17");

        programs.machineEnded("gone");

        assertThat(program.exit()).isEqualTo(new Exit.Signal(9));
        assertThatThrownBy(() -> programs.starting(program)).hasMessage("the microVM has ended");
    }

    @Test
    void whoWaitsForAStartHearsOfTheMachinesEnd() throws Exception {
        var started = programs.starting(program);

        programs.machineEnded("gone");

        assertThat(started).isCompletedWithValue("E gone");
    }
}
