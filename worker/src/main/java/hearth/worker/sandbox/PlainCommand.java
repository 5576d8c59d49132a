package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Spawner;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Runs the program itself, with the inside's paths translated to those of the host.
record PlainCommand(InsidePaths paths) implements CommandMaker {
    PlainCommand(List<SandboxSpec.Mount> mounts) {
        this(new InsidePaths(mounts));
    }

    @Override
    public Prepared prepare(ProcessSpec process, Map<Integer, Integer> descriptors) {
        var arguments = process.command().stream().map(paths::toHost).toList();
        var environment = new LinkedHashMap<String, String>();
        process.environment().forEach((name, value) -> environment.put(name, paths.toHost(value)));
        var command = new Spawner.Command(
                Path.of(arguments.getFirst()),
                arguments,
                environment,
                Path.of(paths.toHost(process.workingDirectory())),
                descriptors);
        return new Prepared(command, List.of());
    }

    @Override
    public int generations() {
        return 0;
    }

    @Override
    public SandboxProcess.Exit exit(ChildProcess.End end) {
        return end.signalled()
                ? new SandboxProcess.Exit.Signal(end.number())
                : new SandboxProcess.Exit.Status(end.number());
    }
}
