package hearth.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;

/// A language that is measured: its function that does nothing, and its floors.
///
/// @param handler as `CreateFunction` takes it
/// @param bareServer script of the HTTP server that is its floor
/// @param leastServer script of one made by hand that does even less, if the floor's is not the least
/// @param bareStart the least start of the interpreter
record Language(
        String name,
        String runtime,
        String file,
        byte[] content,
        String handler,
        List<String> bareStart,
        String bareServer,
        Optional<String> leastServer,
        List<String> interpreter) {
    static List<Language> all() throws IOException {
        var python = firstInstalled("python3.12", "python3.11", "python3.13");
        return List.of(
                new Language(
                        "python",
                        python,
                        "app.py",
                        "def handler(event, context):\n    return {}\n".getBytes(StandardCharsets.UTF_8),
                        "app.handler",
                        List.of(interpreter(python), "-I", "-S", "-c", "0"),
                        "bare.py",
                        Optional.of("bare-loop.py"),
                        List.of(interpreter(python))),
                new Language(
                        "node",
                        "nodejs20.x",
                        "app.js",
                        "exports.handler = async () => ({});\n".getBytes(StandardCharsets.UTF_8),
                        "app.handler",
                        List.of("node", "-e", "0"),
                        "bare.js",
                        Optional.empty(),
                        List.of("node")));
    }

    /// Java, whose cold starts alone are measured: its warm path is AWS's own client.
    ///
    /// @param folder for what is compiled
    static Language java(Path folder) throws IOException {
        var home = Path.of(System.getProperty("java.home"));
        var hello = Files.writeString(
                folder.resolve("Hello.java"), "public class Hello { public static void main(String[] a) {} }");
        var app = Files.writeString(
                folder.resolve("App.java"),
                "public class App { public Object handle(java.util.Map<String, String> event) { return event; } }");
        var compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", folder.toString(), hello.toString(), app.toString());
        if (compiled != 0) {
            throw new IOException("javac ended with " + compiled);
        }
        return new Language(
                "java",
                "java" + Runtime.version().feature(),
                "App.class",
                Files.readAllBytes(folder.resolve("App.class")),
                "App::handle",
                List.of(home + "/bin/java", "-cp", folder.toString(), "Hello"),
                "",
                Optional.empty(),
                List.of());
    }

    private static String firstInstalled(String... names) throws IOException {
        for (var name : names) {
            if (!interpreter(name).isEmpty()) {
                return name;
            }
        }
        throw new IOException("This host has none of " + String.join(", ", names));
    }

    /// The real file, behind any shim.
    private static String interpreter(String name) throws IOException {
        var script = "import sys; print(sys.executable)";
        try (var lines = new ProcessBuilder(name, "-c", script)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .inputReader()) {
            var line = lines.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            return "";
        }
    }

    /// A deployment package that no other run had: `unique` stands in a file beside the code.
    byte[] zip(String unique) {
        return zip(content, unique);
    }

    /// The same with other code.
    byte[] zip(byte[] code, String unique) {
        return zip(Map.of(file, code, "unique.txt", unique.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] zip(Map<String, byte[]> files) {
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            for (var each : files.entrySet()) {
                out.putNextEntry(new ZipEntry(each.getKey()));
                out.write(each.getValue());
                out.closeEntry();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return zip.toByteArray();
    }
}
