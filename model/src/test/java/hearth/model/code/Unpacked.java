package hearth.model.code;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// Remembers what a package shows, and insists on the promises made to every visitor.
final class Unpacked implements PackageVisitor {
    /// Content by path; directories end in `/`, links read `-> target`, executables begin with `*`.
    final Map<String, String> content = new LinkedHashMap<>();

    final Map<String, Instant> times = new LinkedHashMap<>();
    private boolean linksSeen;

    @Override
    public void directory(String path) {
        assertThat(content.values()).as("directories come first").allMatch("/"::equals);
        add(path, "/");
    }

    @Override
    public void file(String path, boolean executable, Instant modified, InputStream in) throws IOException {
        assertThat(linksSeen).as("links come last").isFalse();
        add(path, (executable ? "*" : "") + new String(in.readAllBytes(), StandardCharsets.UTF_8));
        times.put(path, modified);
    }

    @Override
    public void symbolicLink(String path, String target) {
        linksSeen = true;
        add(path, "-> " + target);
    }

    private void add(String path, String what) {
        assertThat(path).doesNotStartWith("/").doesNotContain("\0");
        assertThat(path.split("/")).isNotEmpty().doesNotContain("", ".", "..");
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            assertThat(content).containsEntry(path.substring(0, slash), "/");
        }
        assertThat(content.put(path, what)).as(path + " comes once").isNull();
    }
}
