package hearth.dev;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/// A checkout of two small modules, `app` needing `lib`, as Maven has described them.
final class FakeCheckout {
    private final Path root;
    private long edits;

    FakeCheckout(Path root) throws IOException {
        this.root = root;
        module("lib", "");
        module("app", root.resolve("lib/target/classes").toString());
    }

    private void module(String name, String classPath) throws IOException {
        var file = root.resolve(name).resolve("target/test-classpath");
        Files.createDirectories(file.getParent());
        Files.writeString(file, classPath);
    }

    Checkout checkout() {
        return new Checkout(root);
    }

    Path file(String path) {
        return root.resolve(path);
    }

    /// Writes a class of package `demo`, a second later than whatever was written before.
    void write(String module, String name, String declaration) throws IOException {
        write(module + "/src/main/java/demo/" + name + ".java", "package demo; " + declaration);
    }

    void write(String path, String text) throws IOException {
        var file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L + 1000 * ++edits));
    }

    void remove(String module, String name) throws IOException {
        Files.delete(root.resolve(module + "/src/main/java/demo/" + name + ".java"));
    }

    /// Compiles what the tests of a module need.
    ///
    /// @return what it said
    String compile(String module) throws IOException {
        var said = new ByteArrayOutputStream();
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        try {
            for (var sources : checkout().inOrder(checkout().tests(module))) {
                sources.compile(out);
            }
        } catch (TestsRefused refusal) {
            out.println(refusal.getMessage());
        }
        return said.toString(StandardCharsets.UTF_8)
                .replaceAll("(?m)^ +compiled ", "")
                .strip();
    }
}
