package hearth.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.SdkBytes;

/// Packages of functions for `python3.11` that bring the host's own boto3.
final class Boto3 {
    /// With no more of its models than tests need.
    private static final String PACKAGE = """
            import importlib, os, sys, zipfile
            names = ['boto3', 'botocore', 's3transfer', 'jmespath', 'dateutil', 'six', 'urllib3']
            wanted = ('lambda', 'sts')
            with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
                z.write(sys.argv[2], os.path.basename(sys.argv[2]))
                for name in names:
                    file = importlib.import_module(name).__file__
                    if os.path.basename(file) != '__init__.py':
                        z.write(file, os.path.basename(file))
                        continue
                    root = os.path.dirname(file)
                    for folder, folders, files in os.walk(root):
                        if folder == os.path.join(root, 'data'):
                            folders[:] = [each for each in folders if each in wanted]
                        for each in files:
                            if not each.endswith('.pyc'):
                                path = os.path.join(folder, each)
                                z.write(path, os.path.relpath(path, os.path.dirname(root)))
            """;

    private Boto3() {}

    /// @param folder for the files on the way
    static SdkBytes with(Path folder, String module, String source) throws IOException, InterruptedException {
        var file = Files.writeString(folder.resolve(module), source);
        var zip = folder.resolve("boto3.zip");
        var packaged = new ProcessBuilder("python3.11", "-c", PACKAGE, zip.toString(), file.toString())
                .inheritIO()
                .start()
                .waitFor();
        assumeTrue(packaged == 0, "This host's python3.11 has no boto3");
        return SdkBytes.fromByteArray(Files.readAllBytes(zip));
    }
}
