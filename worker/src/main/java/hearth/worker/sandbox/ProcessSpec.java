package hearth.worker.sandbox;

import java.util.List;
import java.util.Map;

/// A process to start, in the words of the inside: paths are those that the sandbox's processes see. A sandbox that
/// has no root of its own translates them.
///
/// @param environment all of it; nothing of the server's own is added
public record ProcessSpec(List<String> command, Map<String, String> environment, String workingDirectory) {
    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
