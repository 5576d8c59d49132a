package hearth.server.cli;

import hearth.server.Hearth;
import picocli.CommandLine.Command;

/// `hearth version`.
@Command(name = "version", description = "Prints the version.")
final class VersionCommand implements Runnable {
    @Override
    public void run() {
        System.out.println("Hearth " + Hearth.VERSION + " on Java " + Runtime.version());
    }
}
