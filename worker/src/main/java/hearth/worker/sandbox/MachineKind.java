package hearth.worker.sandbox;

import java.util.Optional;

/// What a machine is that has nothing of any function: those of one kind can stand in for each other.
///
/// @param program that is up in it
record MachineKind(MachineSize size, Optional<WaitingProgram> program) {
    static MachineKind empty(MachineSize size) {
        return new MachineKind(size, Optional.empty());
    }

    /// For the log.
    String text() {
        return "%d MiB%s"
                .formatted(
                        size.memory().toMebibytes(),
                        program.map(each -> " with " + each.process().command().getFirst())
                                .orElse(""));
    }
}
