package hearth.server.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Unpacks what the host's `tar` reads.
record Archives(HostProgram host) {
    void unpack(Path archive, Path into) throws InstallException, IOException {
        var tar = host.find("tar").orElseThrow(() -> new InstallException("there is no `tar` here to unpack with"));
        Files.createDirectories(into);
        host.run(
                "unpacking " + archive.getFileName(),
                List.of(
                        tar.toString(),
                        "--extract",
                        "--file=" + archive,
                        "--directory=" + into,
                        "--no-same-owner",
                        "--no-same-permissions"));
    }
}
