package hearth.worker.sandbox;

import hearth.worker.sandbox.MachineSpec.Origin;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A machine that has nothing of any function yet, with all that it is in. It is its owner's alone, who closes it
/// or makes a sandbox of it.
///
/// @param name of its cgroup
/// @param origin tells whether it has its disks already
/// @param program that is up in it, and waits for its function
/// @param images how many it has already
/// @param closing gives back what it has of the host, step by step
record PreparedMachine(
        String name,
        MachineSize size,
        Origin origin,
        MicrovmNetwork network,
        Cgroup cgroup,
        Microvm machine,
        Optional<GuestProcess> program,
        int images,
        List<Runnable> closing)
        implements AutoCloseable {
    private static final Logger log = System.getLogger(PreparedMachine.class.getName());

    PreparedMachine {
        closing = List.copyOf(closing);
    }

    /// The same, in which a program is up.
    PreparedMachine with(GuestProcess program, int images) {
        var steps = new ArrayList<>(closing);
        steps.add(program::close);
        return new PreparedMachine(name, size, origin, network, cgroup, machine, Optional.of(program), images, steps);
    }

    boolean isUsable() {
        return !machine.isEnding() && !program.map(GuestProcess::hasEnded).orElse(false);
    }

    /// Whatever one step meets, the others follow.
    @Override
    public void close() {
        closing.forEach(this::step);
    }

    private void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            log.log(Level.WARNING, "closing the machine " + name, e);
        }
    }
}
