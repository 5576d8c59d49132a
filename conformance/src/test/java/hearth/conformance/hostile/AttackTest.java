package hearth.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AttackTest {
    private static final Attack CALL = Attack.stopped("int80", "filter", "killed by SIGSYS");

    private final Result succeeded = new Result(true, "32-bit system calls: 4711");
    private final Result segmentationFault = new Result(false, "killed by SIGSEGV");
    private final Result badCall = new Result(false, "Killed by SIGSYS");

    @Test
    void isStoppedForItsReasonAndNoOther() {
        assertThat(CALL.isStopped(succeeded, badCall)).isTrue();
        assertThat(CALL.isStopped(succeeded, segmentationFault)).isFalse();
        assertThat(CALL.isStopped(succeeded, succeeded)).isFalse();
    }

    /// So is a kernel that makes no 32-bit calls.
    @Test
    void isStoppedAsForEverybodyWhereTheKernelRefusesIt() {
        assertThat(CALL.whereThereIsOne().isStopped(segmentationFault, segmentationFault))
                .isTrue();
        assertThat(CALL.whereThereIsOne().isStopped(segmentationFault, succeeded))
                .isFalse();
        assertThat(CALL.whereThereIsOne().isStopped(badCall, segmentationFault)).isFalse();
        assertThat(CALL.isStopped(segmentationFault, segmentationFault))
                .as("one that every kernel has")
                .isFalse();
    }
}
