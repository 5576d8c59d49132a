package hearth.worker;

import hearth.worker.sandbox.SandboxKind;

final class ProcessWorkerTest extends LocalWorkerTest {
    ProcessWorkerTest() {
        super(SandboxKind.PROCESS);
    }
}
