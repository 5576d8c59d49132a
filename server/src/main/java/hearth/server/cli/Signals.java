package hearth.server.cli;

import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;

/// The effect of a signal that comes while the server stops already. The JVM would ignore it.
///
/// By reflection, because the compiler warns of the JDK's class for signals, and takes no word against that.
final class Signals {
    private static final System.Logger LOG = System.getLogger(Signals.class.getName());

    /// Added to a signal's number, as shells do.
    private static final int BY_SIGNAL = 128;

    private static final int INT = 2;
    private static final int TERM = 15;

    private Signals() {}

    /// From now on a signal ends this process where it stands.
    static void endAtOnce() {
        try {
            on("INT", INT);
            on("TERM", TERM);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.log(Level.DEBUG, "A second signal will not end this process", e);
        }
    }

    private static void on(String name, int number) throws ReflectiveOperationException {
        var signal = Class.forName("sun.misc.Signal");
        var handler = Class.forName("sun.misc.SignalHandler");
        var halting = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, (_, _, _) -> {
            Runtime.getRuntime().halt(BY_SIGNAL + number);
            return null;
        });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), halting);
    }
}
