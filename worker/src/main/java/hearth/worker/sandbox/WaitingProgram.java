package hearth.worker.sandbox;

import java.util.List;

/// A program that is started before its function is known, and waits on its channel to hear which one it serves. Where
/// two are equal, so is what is up.
///
/// @param process how it is started; it has a channel, and says `+` there when it is up
/// @param mounts what it finds in its sandbox; what is a function's comes later
public record WaitingProgram(ProcessSpec process, List<SandboxSpec.Mount> mounts) {
    public WaitingProgram {
        mounts = List.copyOf(mounts);
    }
}
