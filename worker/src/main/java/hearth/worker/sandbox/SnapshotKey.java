package hearth.worker.sandbox;

import java.util.List;
import java.util.Optional;

/// What a snapshot is of: a machine of a size that has nothing of any function, in which a program of one account's may
/// be up.
record SnapshotKey(MachineSize size, Optional<OwnedProgram> program) {
    /// What a program has drawn at its start is the same in all copies, so no two accounts have copies of the same.
    ///
    /// @param account whose functions alone it serves
    /// @param images what tells those from others that it has its files from
    record OwnedProgram(WaitingProgram program, String account, List<String> images) {
        OwnedProgram {
            images = List.copyOf(images);
        }
    }

    static SnapshotKey empty(MachineSize size) {
        return new SnapshotKey(size, Optional.empty());
    }

    /// Whether later servers may have it as well. What a program has drawn is not to live longer than this server.
    boolean isKept() {
        return program.isEmpty();
    }

    /// For the log.
    String text() {
        return new MachineKind(size, program.map(OwnedProgram::program)).text();
    }
}
