package hearth.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A language that is measured: its function that does nothing, and its floors.
///
/// @param bareServer interpreter and script of the HTTP server that is its floor
/// @param bareStart the least start of the interpreter
record Language(
        String name,
        String runtime,
        String file,
        String source,
        List<String> bareStart,
        String bareServer,
        List<String> interpreter) {
    static List<Language> all() throws IOException {
        var python = firstInstalled("python3.12", "python3.11", "python3.13");
        return List.of(
                new Language(
                        "python",
                        python,
                        "app.py",
                        "def handler(event, context):\n    return {}\n",
                        List.of(interpreter(python), "-I", "-S", "-c", "0"),
                        "bare.py",
                        List.of(interpreter(python))),
                new Language(
                        "node",
                        "nodejs20.x",
                        "app.js",
                        "exports.handler = async () => ({});\n",
                        List.of("node", "-e", "0"),
                        "bare.js",
                        List.of("node")));
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

    /// A deployment package that no other run had: `unique` stands in a comment.
    byte[] zip(String unique) {
        var comment = (file.endsWith(".py") ? "# " : "// ") + unique + "\n";
        return zip(file, (comment + source).getBytes(StandardCharsets.UTF_8));
    }

    static byte[] zip(String name, byte[] content) {
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry(name));
            out.write(content);
            out.closeEntry();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return zip.toByteArray();
    }
}
