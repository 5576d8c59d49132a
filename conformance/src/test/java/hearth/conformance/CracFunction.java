package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.crac.Core;
import software.amazon.awssdk.core.SdkBytes;

/// A function of Java that registers a resource of `org.crac`, compiled for Java 11 on the spot.
final class CracFunction {
    private static final String SOURCE = """
            package app;

            import org.crac.Context;
            import org.crac.Core;
            import org.crac.Resource;

            public class Restored implements Resource {
                private String said = "init " + System.getenv("AWS_LAMBDA_INITIALIZATION_TYPE");

                public Restored() {
                    Core.getGlobalContext().register(this);
                }

                public void beforeCheckpoint(Context<? extends Resource> context) {
                    said += ", before";
                }

                public void afterRestore(Context<? extends Resource> context) {
                    said += ", after";
                }

                public String handle(Object event) {
                    return said;
                }
            }
            """;

    private CracFunction() {}

    static SdkBytes zip() {
        try {
            var folder = TestServer.temporaryFolder();
            var library = Path.of(Core.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath());
            var source = Files.writeString(
                    Files.createDirectories(folder.resolve("app")).resolve("Restored.java"), SOURCE);
            var compiler = ToolProvider.getSystemJavaCompiler();
            try (var files = compiler.getStandardFileManager(null, null, null)) {
                var said = new StringWriter();
                var options = List.of("--release", "11", "-cp", library.toString(), "-d", folder.toString());
                assertThat(compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(source))
                                .call())
                        .as(said.toString())
                        .isTrue();
            }
            return Zips.of(Map.of(
                    "app/Restored.class",
                    Files.readAllBytes(folder.resolve("app/Restored.class")),
                    "lib/crac.jar",
                    Files.readAllBytes(library)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
