package hearth.worker.sandbox;

import java.util.List;
import java.util.Map;

/// A process to start, in the words of the inside: paths are those that the sandbox's processes see. A sandbox that
/// has no root of its own translates them.
///
/// @param environment all of it; nothing of the server's own is added
/// @param channel whether the process is to have a channel to the server where the kind of sandbox offers one; it
///     finds its number in `CHANNEL_VARIABLE`
public record ProcessSpec(
        List<String> command, Map<String, String> environment, String workingDirectory, boolean channel) {
    /// Names the descriptor of the channel, a stream socket, to a process that has one.
    public static final String CHANNEL_VARIABLE = "_HEARTH_CHANNEL";

    /// As the launcher hands it on (`guest/launcher/launcher.h`).
    static final String CHANNEL_INSIDE = "61";

    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    public ProcessSpec(List<String> command, Map<String, String> environment, String workingDirectory) {
        this(command, environment, workingDirectory, false);
    }
}
