package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A mount namespace into which host directories can be brought while processes run in it.
///
/// The numbers are those of every architecture's unified system call table.
///
/// @param fd of the namespace; stays the caller's
public record MountNamespace(int fd) {
    private static final Path OWN = Path.of("/proc/thread-self/ns/mnt");
    private static final long OPEN_TREE = 428;
    private static final long MOVE_MOUNT = 429;
    private static final long MOUNT_SETATTR = 442;
    private static final int AT_FDCWD = -100;
    private static final int TREE_CLONE = 1;
    private static final int TREE_RECURSIVE = 0x8000;
    private static final int O_CLOEXEC = 0x80000;
    private static final int EMPTY_PATH = 0x1000;
    private static final int FROM_EMPTY_PATH = 4;
    private static final long READ_ONLY_NOSUID_NODEV = 1 | 2 | 4;
    private static final long PRIVATE = 1 << 18;
    private static final long RECURSIVE = 0x4000;
    private static final long ATTRIBUTES_SIZE = 32;
    private static final int CLONE_FS = 0x200;
    private static final int CLONE_NEWNS = 0x20000;

    private static final NativeCall SYSCALL_OPEN_TREE = NativeCall.of("syscall", "llipi");
    private static final NativeCall SYSCALL_MOUNT_SETATTR = NativeCall.of("syscall", "llipipl");
    private static final NativeCall SYSCALL_MOVE_MOUNT = NativeCall.of("syscall", "llipipi");
    private static final NativeCall MOUNT = NativeCall.of("mount", "ippplp");
    private static final NativeCall UNSHARE = NativeCall.of("unshare", "ii");
    private static final NativeCall SETNS = NativeCall.of("setns", "iii");

    /// Makes one that has what that of the server has, and from now on neither gives to the other.
    ///
    /// @return with a descriptor that is the caller's to close
    public static MountNamespace create() throws LinuxException {
        return OwnThread.run("mount-namespace", () -> {
            UNSHARE.call("CLONE_NEWNS", CLONE_NEWNS);
            try (var arena = Arena.ofConfined()) {
                var none = MemorySegment.NULL;
                MOUNT.call("private", none, arena.allocateFrom("/"), none, RECURSIVE | PRIVATE, none);
            }
            return new MountNamespace(Descriptors.open(OWN));
        });
    }

    /// A directory or a file of the host, and the existing one over which it is to appear.
    public record Attachment(Path host, String inside) {}

    /// Brings the directories in, read-only, without setuid programs and devices: all or, where one fails, those before
    /// it.
    public void attach(List<Attachment> attachments) throws LinuxException {
        var trees = new ArrayList<Integer>();
        try {
            for (var attachment : attachments) {
                trees.add(clone(attachment.host));
            }
            OwnThread.run("mount-namespace", () -> {
                // The kernel lets only a thread with a root directory of its own change its mount namespace.
                UNSHARE.call("CLONE_FS", CLONE_FS);
                SETNS.call("mount namespace", fd, CLONE_NEWNS);
                for (var i = 0; i < trees.size(); i++) {
                    move(trees.get(i), attachments.get(i).inside);
                }
                return trees;
            });
        } finally {
            trees.forEach(Descriptors::close);
        }
    }

    /// A copy of what is mounted there, attached nowhere yet.
    private static int clone(Path host) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var path = arena.allocateFrom(host.toString());
            var tree = (int) SYSCALL_OPEN_TREE.call(
                    "open_tree " + host, OPEN_TREE, AT_FDCWD, path, TREE_CLONE | TREE_RECURSIVE | O_CLOEXEC);
            try {
                var attributes = arena.allocate(ATTRIBUTES_SIZE, 8);
                attributes.set(ValueLayout.JAVA_LONG, 0, READ_ONLY_NOSUID_NODEV);
                attributes.set(ValueLayout.JAVA_LONG, 16, PRIVATE);
                SYSCALL_MOUNT_SETATTR.call(
                        "mount_setattr " + host,
                        MOUNT_SETATTR,
                        tree,
                        arena.allocateFrom(""),
                        EMPTY_PATH | TREE_RECURSIVE,
                        attributes,
                        ATTRIBUTES_SIZE);
                return tree;
            } catch (LinuxException e) {
                Descriptors.close(tree);
                throw e;
            }
        }
    }

    private static void move(int tree, String inside) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            MemorySegment none = arena.allocateFrom("");
            SYSCALL_MOVE_MOUNT.call(
                    "move_mount " + inside,
                    MOVE_MOUNT,
                    tree,
                    none,
                    AT_FDCWD,
                    arena.allocateFrom(inside),
                    FROM_EMPTY_PATH);
        }
    }
}
