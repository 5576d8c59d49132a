package hearth.worker.linux;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Starts processes, all from one platform thread that lives as long as the server: the kernel's "kill me when my
/// parent dies" means the parent's thread, and a pooled thread may die early.
///
/// A process gets the descriptors it is given and no other of the server's, and the usual umask whatever is the
/// server's own.
public final class Spawner implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Spawner.class.getName());
    private static final long ROOMY = 512; // more than any C library's opaque structures take
    private static final short SETSIGMASK = 0x08;
    private static final short SETSIGDEF = 0x04;
    private static final short SETSID = 0x80;
    private static final int SIGSET_SIZE = 128;

    private static final NativeCall SPAWN = NativeCall.of("posix_spawn", "ipppppp");
    private static final NativeCall ACTIONS_INIT = NativeCall.of("posix_spawn_file_actions_init", "ip");
    private static final NativeCall ACTIONS_DUP2 = NativeCall.of("posix_spawn_file_actions_adddup2", "ipii");
    private static final NativeCall ACTIONS_CHDIR = NativeCall.of("posix_spawn_file_actions_addchdir_np", "ipp");
    private static final NativeCall ACTIONS_CLOSE = NativeCall.of("posix_spawn_file_actions_addclose", "ipi");
    private static final NativeCall ACTIONS_CLOSE_FROM =
            NativeCall.of("posix_spawn_file_actions_addclosefrom_np", "ipi");
    private static final NativeCall ACTIONS_DESTROY = NativeCall.of("posix_spawn_file_actions_destroy", "ip");
    private static final NativeCall ATTRIBUTES_INIT = NativeCall.of("posix_spawnattr_init", "ip");
    private static final NativeCall ATTRIBUTES_FLAGS = NativeCall.of("posix_spawnattr_setflags", "ipi");
    private static final NativeCall ATTRIBUTES_MASK = NativeCall.of("posix_spawnattr_setsigmask", "ipp");
    private static final NativeCall ATTRIBUTES_DEFAULT = NativeCall.of("posix_spawnattr_setsigdefault", "ipp");
    private static final NativeCall ATTRIBUTES_DESTROY = NativeCall.of("posix_spawnattr_destroy", "ip");

    private static final NativeCall UNSHARE = NativeCall.of("unshare", "ii");
    private static final NativeCall UMASK = NativeCall.of("umask", "ii");
    private static final int CLONE_FS = 0x200;
    private static final int USUAL_UMASK = 022;

    private boolean apart; // used on the thread only

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("spawner").factory());

    /// A program to start.
    ///
    /// @param arguments from the program's name on
    /// @param environment all of it
    /// @param descriptors of this process, by the number that each has in the new one; a number is a key only
    ///     once, and all others are closed
    public record Command(
            Path program,
            List<String> arguments,
            Map<String, String> environment,
            Path workingDirectory,
            Map<Integer, Integer> descriptors) {}

    /// Starts a process that leads its own session. Blocks until the program runs or could not be run, also while
    /// interrupted: a process that was started is never lost.
    public ChildProcess spawn(Command command) throws LinuxException {
        return Uninterrupted.await(thread.submit(() -> spawnHere(command)));
    }

    /// Every process that was started and asked to die with its parent dies now.
    @Override
    public void close() {
        thread.shutdown();
    }

    private ChildProcess spawnHere(Command command) throws LinuxException {
        standApart();
        try (var arena = Arena.ofConfined()) {
            var attributes = attributes(arena);
            var actions = actions(arena, command);
            var pid = arena.allocate(ValueLayout.JAVA_INT);
            var error = (int) SPAWN.call(
                    "",
                    pid,
                    arena.allocateFrom(command.program.toString()),
                    actions,
                    attributes,
                    strings(arena, command.arguments),
                    strings(arena, variables(command.environment)));
            ACTIONS_DESTROY.call("", actions);
            ATTRIBUTES_DESTROY.call("", attributes);
            check("posix_spawn " + command.program, error);
            return ChildProcess.of(pid.get(ValueLayout.JAVA_INT, 0));
        }
    }

    /// Gives this thread a umask of its own, for those that it starts. Containers may forbid that; processes have the
    /// server's then.
    private void standApart() {
        if (!apart) {
            apart = true;
            try {
                UNSHARE.call("", CLONE_FS);
                UMASK.call("", USUAL_UMASK);
            } catch (LinuxException e) {
                LOG.log(Level.DEBUG, "Processes have the server''s umask: {0}", e.getMessage());
            }
        }
    }

    /// No signal blocked or ignored, whatever the JVM does with its own.
    private static MemorySegment attributes(Arena arena) throws LinuxException {
        var attributes = arena.allocate(ROOMY, 16);
        check("posix_spawnattr_init", ATTRIBUTES_INIT.call("", attributes));
        check("setflags", ATTRIBUTES_FLAGS.call("", attributes, SETSIGMASK | SETSIGDEF | SETSID));
        check("setsigmask", ATTRIBUTES_MASK.call("", attributes, arena.allocate(SIGSET_SIZE, 8)));
        var all = arena.allocate(SIGSET_SIZE, 8).fill((byte) 0xff);
        check("setsigdefault", ATTRIBUTES_DEFAULT.call("", attributes, all));
        return attributes;
    }

    private static MemorySegment actions(Arena arena, Command command) throws LinuxException {
        var actions = arena.allocate(ROOMY, 16);
        check("posix_spawn_file_actions_init", ACTIONS_INIT.call("", actions));
        check("addchdir", ACTIONS_CHDIR.call("", actions, arena.allocateFrom(command.workingDirectory.toString())));
        place(actions, List.copyOf(command.descriptors.entrySet()));
        return actions;
    }

    private static void place(MemorySegment actions, List<Map.Entry<Integer, Integer>> targetsAndSources)
            throws LinuxException {
        var targets =
                new TreeSet<>(targetsAndSources.stream().map(Map.Entry::getKey).toList());
        var beyond = 1
                + targetsAndSources.stream()
                        .mapToInt(e -> Math.max(e.getKey(), e.getValue()))
                        .max()
                        .orElse(2);
        // A source may stand where a target goes, so all move out of the way first.
        for (var i = 0; i < targetsAndSources.size(); i++) {
            var source = targetsAndSources.get(i).getValue();
            check("adddup2", ACTIONS_DUP2.call("", actions, source, beyond + i));
        }
        for (var i = 0; i < targetsAndSources.size(); i++) {
            var target = targetsAndSources.get(i).getKey();
            check("adddup2", ACTIONS_DUP2.call("", actions, beyond + i, target));
        }
        for (var fd = 0; fd < targets.last(); fd++) {
            if (!targets.contains(fd)) {
                check("addclose", ACTIONS_CLOSE.call("", actions, fd));
            }
        }
        check("addclosefrom", ACTIONS_CLOSE_FROM.call("", actions, targets.last() + 1));
    }

    private static List<String> variables(Map<String, String> environment) {
        return environment.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue())
                .toList();
    }

    private static MemorySegment strings(Arena arena, List<String> strings) {
        var array = arena.allocate(ValueLayout.ADDRESS, strings.size() + 1L);
        for (var i = 0; i < strings.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(strings.get(i)));
        }
        return array;
    }

    /// The functions of posix_spawn answer with the error itself.
    private static void check(String what, long error) throws LinuxException {
        if (error != 0) {
            throw new LinuxException(what, (int) error);
        }
    }
}
