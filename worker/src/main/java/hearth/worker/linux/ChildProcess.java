package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A process that this one started, known by a pidfd, which never comes to mean another process.
///
/// @param pidfd readable once the process has ended
public record ChildProcess(int pid, int pidfd) implements AutoCloseable {
    public static final int SIGKILL = 9;

    private static final int P_PID = 1;
    private static final int P_PIDFD = 3;
    private static final int WEXITED = 4;
    private static final int CLD_EXITED = 1;
    private static final long SIGINFO_SIZE = 128;
    private static final long SI_CODE = 8;
    private static final long SI_STATUS = 24;

    private static final NativeCall SYSCALL_PIDFD_OPEN = NativeCall.of("syscall", "llii");
    private static final NativeCall SYSCALL_PIDFD_SIGNAL = NativeCall.of("syscall", "lliipi");
    private static final NativeCall WAITID = NativeCall.of("waitid", "iiipi");
    private static final NativeCall KILL = NativeCall.of("kill", "iii");
    private static final long PIDFD_OPEN = 434;
    private static final long PIDFD_SEND_SIGNAL = 424;

    /// How a process ended: a status, or the signal that killed it.
    public record End(boolean signalled, int number) {}

    /// Of a child that nobody has waited for yet, so that its pid is still its own. Where there is no descriptor left
    /// to know it by, it is killed and waited for.
    public static ChildProcess of(int pid) throws LinuxException {
        try {
            return new ChildProcess(pid, (int) SYSCALL_PIDFD_OPEN.call("pidfd_open " + pid, PIDFD_OPEN, pid, 0));
        } catch (LinuxException e) {
            try {
                KILL.call(Integer.toString(pid), pid, SIGKILL);
                await(P_PID, pid);
            } catch (LinuxException gone) {
                e.addSuppressed(gone);
            }
            throw e;
        }
    }

    /// Waits for the end. Blocks, unless `pidfd` is readable. To be called once: the pid is free afterwards.
    public End await() throws LinuxException {
        return await(P_PIDFD, pidfd);
    }

    private static End await(int kind, int id) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var info = arena.allocate(SIGINFO_SIZE, 8);
            while (true) {
                try {
                    WAITID.call("", kind, id, info, WEXITED);
                    return new End(
                            info.get(ValueLayout.JAVA_INT, SI_CODE) != CLD_EXITED,
                            info.get(ValueLayout.JAVA_INT, SI_STATUS));
                } catch (LinuxException e) {
                    if (!e.is("EINTR")) {
                        throw e;
                    }
                }
            }
        }
    }

    /// Sends a signal; nothing happens if the process has ended.
    public void signal(int number) throws LinuxException {
        try {
            SYSCALL_PIDFD_SIGNAL.call("pidfd_send_signal", PIDFD_SEND_SIGNAL, pidfd, number, MemorySegment.NULL, 0);
        } catch (LinuxException e) {
            if (!e.is("ESRCH")) {
                throw e;
            }
        }
    }

    /// Sends a signal to the process group that this process leads; nothing happens if nobody is left in it.
    /// Only before `await` was called, because later the number may be another's.
    public void signalGroup(int number) throws LinuxException {
        try {
            KILL.call("group " + pid, -pid, number);
        } catch (LinuxException e) {
            if (!e.is("ESRCH")) {
                throw e;
            }
        }
    }

    /// Closes the pidfd.
    @Override
    public void close() {
        Descriptors.close(pidfd);
    }
}
