package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.Spawner;
import java.util.List;
import java.util.Map;

/// Turns a process of the inside into a command that the host can run without root.
interface CommandMaker {
    /// @param descriptors what the process is to have, by number
    Prepared prepare(ProcessSpec process, Map<Integer, Integer> descriptors) throws LinuxException, SandboxException;

    /// @param openUntilStarted descriptors to close once the command runs
    record Prepared(Spawner.Command command, List<Integer> openUntilStarted) {}

    /// How many processes come between the command's and the program's.
    int generations();

    /// What the command's end says of the process's.
    SandboxProcess.Exit exit(ChildProcess.End end);
}
