package hearth.worker.linux;

/// What the kernel keeps for this process as a whole, and Java has no word for.
public final class OwnProcess {
    private static final NativeCall UMASK = NativeCall.of("umask", "ii");
    private static final NativeCall SETSID = NativeCall.of("setsid", "i");

    private OwnProcess() {}

    /// Has files and sockets that this process makes from now on open to its user alone, whatever it was started with.
    public static void keepFilesPrivate() {
        try {
            UMASK.call("", 0077);
        } catch (LinuxException e) {
            throw new IllegalStateException("umask cannot fail", e);
        }
    }

    /// Leaves the terminal that this process was started from: neither its Ctrl-C nor its end concerns it any more.
    public static void leaveTerminal() throws LinuxException {
        SETSID.call("");
    }
}
