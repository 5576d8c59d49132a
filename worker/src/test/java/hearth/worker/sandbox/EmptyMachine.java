package hearth.worker.sandbox;

import hearth.model.Bytes;
import hearth.worker.sandbox.MachineSpec.Origin;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A prepared machine of which there is nothing but its books.
final class EmptyMachine {
    static final MachineSize SIZE = new MachineSize(Bytes.mebibytes(128), 1);

    private EmptyMachine() {}

    @SuppressWarnings("NullAway") // No network and no process: nobody looks at them.
    static PreparedMachine make(Runnable... closing) {
        return new PreparedMachine(
                "empty",
                SIZE,
                new Origin.Booted(),
                null,
                Cgroup.leftBehind(Set.of(Path.of("/nonexistent"))),
                null,
                Optional.empty(),
                0,
                List.of(closing));
    }
}
