package hearth.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class ConsoleLogTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
    private final ConsoleLog log = new ConsoleLog(out, LogForm.TEXT);

    @Test
    void writesOneLineForEachRecord() {
        log.publish(entry(Level.WARNING, "a {0}\nforged line"));

        assertThat(written.toString(StandardCharsets.UTF_8))
                .isEqualTo("2026-03-04T05:06:07.890Z WARN  Connection: a word\\nforged line" + System.lineSeparator());
    }

    @Test
    void writesTheStackTraceBehindItsRecord() {
        var logged = entry(Level.SEVERE, "it failed");
        logged.setThrown(new IllegalStateException("because"));

        log.publish(logged);

        assertThat(written.toString(StandardCharsets.UTF_8).lines().toList())
                .startsWith(
                        "2026-03-04T05:06:07.890Z ERROR Connection: it failed",
                        "java.lang.IllegalStateException: because")
                .hasSizeGreaterThan(3);
    }

    @Test
    void writesAJsonObjectALine() {
        var logged = entry(Level.SEVERE, "a {0}\n\"forged\" line");
        logged.setThrown(new IllegalStateException("because"));

        new ConsoleLog(out, LogForm.JSON).publish(logged);

        assertThat(written.toString(StandardCharsets.UTF_8))
                .startsWith("{\"time\":\"2026-03-04T05:06:07.890Z\",\"level\":\"ERROR\","
                        + "\"logger\":\"hearth.server.http.Connection\",\"message\":\"a word\\n\\\"forged\\\" line\","
                        + "\"stackTrace\":\"java.lang.IllegalStateException: because\\n")
                .endsWith("\"}" + System.lineSeparator())
                .hasLineCount(1);
    }

    private static LogRecord entry(Level level, String message) {
        var logged = new LogRecord(level, message);
        logged.setLoggerName("hearth.server.http.Connection");
        logged.setInstant(Instant.parse("2026-03-04T05:06:07.890Z"));
        logged.setParameters(new Object[] {"word"});
        return logged;
    }
}
