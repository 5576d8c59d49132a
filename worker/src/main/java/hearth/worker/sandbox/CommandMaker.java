package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Spawner;
import java.util.Map;

/// Turns a process of the inside into a command that the host can run without root.
interface CommandMaker {
    /// @param descriptors what the process is to have, by number
    Spawner.Command command(ProcessSpec process, Map<Integer, Integer> descriptors) throws SandboxException;

    /// What the command's end says of the process's.
    SandboxProcess.Exit exit(ChildProcess.End end);
}
