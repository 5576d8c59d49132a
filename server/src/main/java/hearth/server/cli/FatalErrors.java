package hearth.server.cli;

/// Errors of the virtual machine, such as too little memory, that nobody caught.
///
/// Whoever serves a request ends that request and goes on. But a thread that holds state and ends leaves others
/// to wait for it without end: then the process ends too, and whoever watches it starts it again.
final class FatalErrors {
    /// As the virtual machine itself has it for those that it ends by.
    static final int STATUS = 3;

    private FatalErrors() {}

    static void endTheProcess() {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            if (!(failure instanceof VirtualMachineError)) {
                System.getLogger(FatalErrors.class.getName())
                        .log(System.Logger.Level.ERROR, "Thread " + thread.getName() + " has ended", failure);
                return;
            }
            try {
                System.err.println("Hearth ends: thread " + thread.getName() + " met " + failure);
            } finally {
                // Without the hooks of an orderly stop, which would wait for that thread.
                Runtime.getRuntime().halt(STATUS);
            }
        });
    }
}
