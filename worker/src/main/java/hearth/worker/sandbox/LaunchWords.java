package hearth.worker.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// What the launcher is told: words, each ended by a NUL, a key before its values (`guest/launcher/spec.c`).
final class LaunchWords {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);

    /// @throws SandboxException if a word has a NUL, which nothing that starts a program can express
    LaunchWords add(String key, Object... values) throws SandboxException {
        word(key);
        for (var value : values) {
            word(value.toString());
        }
        return this;
    }

    LaunchWords addList(String key, List<String> items) throws SandboxException {
        // One more than there are, because the launcher takes a 0 for a missing number.
        add(key, items.size() + 1);
        for (var item : items) {
            word(item);
        }
        return this;
    }

    LaunchWords addEnvironment(Map<String, String> environment) throws SandboxException {
        return addList(
                "envp",
                environment.entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList());
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private void word(String word) throws SandboxException {
        if (word.indexOf(0) >= 0) {
            throw new SandboxException("a NUL in: " + word.replace('\0', '?'));
        }
        bytes.writeBytes(word.getBytes(StandardCharsets.UTF_8));
        bytes.write(0);
    }
}
