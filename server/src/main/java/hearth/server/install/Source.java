package hearth.server.install;

import java.io.IOException;
import java.nio.file.Path;

/// The source of an installation.
@FunctionalInterface
interface Source {
    /// Puts it into a folder that is there and empty.
    void fill(Path folder) throws InstallException, IOException;
}
