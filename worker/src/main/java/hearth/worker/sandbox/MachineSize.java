package hearth.worker.sandbox;

import hearth.model.Bytes;

/// How large a machine is. Machines of the same size can be made of the same snapshot.
///
/// @param memory of the machine: what programs may have, and what its kernel needs besides
/// @param processors whole ones
record MachineSize(Bytes memory, int processors) {
    /// What the kernel inside takes for itself, and what it needs to manage each page.
    private static final int KERNEL_MEBIBYTES = 96;

    private static final int PAGES_PER_PAGE_OF_TABLES = 32;
    private static final int MILLI = 1000;

    static MachineSize of(SandboxSpec spec) {
        var wanted = (spec.milliCpus() + MILLI - 1) / MILLI;
        var processors = Math.clamp(wanted, 1, Runtime.getRuntime().availableProcessors());
        return new MachineSize(
                new Bytes(spec.memory().count() + ofKernel(spec.memory()).count()), processors);
    }

    /// What a machine has more than its programs may have.
    static Bytes ofKernel(Bytes programs) {
        return Bytes.mebibytes(KERNEL_MEBIBYTES + programs.toMebibytes() / PAGES_PER_PAGE_OF_TABLES);
    }

    int milliCpus() {
        return processors * MILLI;
    }
}
