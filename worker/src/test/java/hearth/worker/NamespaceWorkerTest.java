package hearth.worker;

import hearth.worker.sandbox.SandboxKind;

final class NamespaceWorkerTest extends LocalWorkerTest {
    NamespaceWorkerTest() {
        super(SandboxKind.NAMESPACES);
    }
}
