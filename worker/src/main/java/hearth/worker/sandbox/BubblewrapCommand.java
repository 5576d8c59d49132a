package hearth.worker.sandbox;

import hearth.worker.linux.ChildProcess;
import hearth.worker.linux.Descriptors;
import hearth.worker.linux.LinuxException;
import hearth.worker.linux.Spawner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs the program with bubblewrap around it: namespaces for everything but the network, no capabilities.
///
/// Bubblewrap reads its options from a descriptor, so that no environment variable of a function shows in the host's
/// list of processes.
///
/// @param tmp the host directory that is the sandbox's `/tmp`
/// @param filter the launcher's filter of system calls, in the kernel's form
record BubblewrapCommand(Path bubblewrap, List<SandboxSpec.Mount> mounts, Path etc, Path tmp, byte[] filter)
        implements CommandMaker {
    private static final int OPTIONS = 8;
    private static final int FILTER = 9;

    /// What bubblewrap adds to the number of a signal that killed the program.
    private static final int SIGNALLED = 128;

    private static final int HIGHEST_SIGNAL = 64;

    @Override
    public Prepared prepare(ProcessSpec process, Map<Integer, Integer> descriptors)
            throws LinuxException, SandboxException {
        // Bubblewrap would only say it to the log. Where a link leads, only the inside can tell.
        var program = Path.of(new InsidePaths(mounts).toHost(process.command().getFirst()));
        if (!Files.isSymbolicLink(program)) {
            Descriptors.requireExecutable(program);
        }
        var options = Descriptors.memoryFile(options(process).toBytes());
        var filterFile = Descriptors.memoryFile(filter);
        var all = new HashMap<>(descriptors);
        all.put(OPTIONS, options);
        all.put(FILTER, filterFile);
        var arguments = new ArrayList<>(List.of("bwrap", "--args", Integer.toString(OPTIONS), "--"));
        arguments.addAll(process.command());
        var command = new Spawner.Command(bubblewrap, arguments, Map.of(), Path.of("/"), all);
        return new Prepared(command, List.of(options, filterFile));
    }

    private LaunchWords options(ProcessSpec process) throws SandboxException {
        var words = new LaunchWords();
        for (var flag : List.of("user", "pid", "ipc", "uts")) {
            words.add("--unshare-" + flag);
        }
        words.add("--die-with-parent").add("--new-session").add("--cap-drop", "ALL");
        words.add("--uid", 993).add("--gid", 993).add("--hostname", TemplateRoot.HOST_NAME);
        words.add("--proc", "/proc").add("--dev", "/dev");
        addRoot(words);
        words.add("--bind", tmp, "/tmp");
        for (var mount : mounts) {
            words.add("--ro-bind", mount.host().toAbsolutePath(), mount.inside());
        }
        words.add("--remount-ro", "/")
                .add("--chdir", process.workingDirectory())
                .add("--clearenv");
        for (var variable : process.environment().entrySet()) {
            words.add("--setenv", variable.getKey(), variable.getValue());
        }
        return words.add("--seccomp", FILTER);
    }

    private void addRoot(LaunchWords words) throws SandboxException {
        words.add("--ro-bind", "/usr", "/usr");
        for (var name : TemplateRoot.MERGED) {
            var path = Path.of("/", name);
            if (Files.isSymbolicLink(path)) {
                words.add("--symlink", "usr/" + name, path);
            } else if (Files.isDirectory(path)) {
                words.add("--ro-bind", path, path);
            }
        }
        for (var path : TemplateRoot.hostFiles()) {
            words.add("--ro-bind-try", path, path);
        }
        for (var name : List.of("passwd", "group", "hosts", "nsswitch.conf")) {
            words.add("--ro-bind", etc.resolve(name), "/etc/" + name);
        }
        words.add("--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf");
        words.add("--ro-bind", etc.resolve(TemplateRoot.ENTRYPOINT_NAME), "/" + TemplateRoot.ENTRYPOINT_NAME);
        for (var directory : List.of("/opt", "/var/task", "/var/runtime", "/var/lang", "/run")) {
            words.add("--dir", directory);
        }
    }

    /// Bubblewrap stays, and so does its pid 1.
    @Override
    public int generations() {
        return 2;
    }

    @Override
    public SandboxProcess.Exit exit(ChildProcess.End end) {
        if (end.signalled()) {
            return new SandboxProcess.Exit.Signal(end.number());
        }
        var signal = end.number() - SIGNALLED;
        return signal > 0 && signal <= HIGHEST_SIGNAL
                ? new SandboxProcess.Exit.Signal(signal)
                : new SandboxProcess.Exit.Status(end.number());
    }
}
