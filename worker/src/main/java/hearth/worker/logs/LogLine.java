package hearth.worker.logs;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/// The form of a record on disk: one line, `2025-01-31T09:30:00.123456Z the message`.
///
/// A line break within the message is `\n` (`\r`), a backslash `\\`. Most messages end in a line break, so that
/// one is left out, and its absence is `\c` instead. Thus logs read well with `cat`, and yet nothing is lost.
/// Bytes that are not UTF-8 stay as they are.
final class LogLine {
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.");
    private static final int TIMESTAMP = "2025-01-31T09:30:00.123456Z".length();
    private static final long MICROS = 1_000_000;

    private long second = Long.MIN_VALUE;
    private byte[] secondText = {};

    /// Not thread-safe: keeps the text of the last second, because the next record is mostly of the same.
    void write(ByteArrayOutputStream out, long epochMicros, byte[] message) {
        timestamp(out, epochMicros);
        out.write(' ');
        boolean endsLine = message.length > 0 && message[message.length - 1] == '\n';
        int length = endsLine ? message.length - 1 : message.length;
        int from = 0;
        for (int i = 0; i < length; i++) {
            byte b = message[i];
            if (b == '\n' || b == '\r' || b == '\\') {
                out.write(message, from, i - from);
                out.write('\\');
                out.write(b == '\n' ? 'n' : b == '\r' ? 'r' : '\\');
                from = i + 1;
            }
        }
        out.write(message, from, length - from);
        if (!endsLine) {
            out.write('\\');
            out.write('c');
        }
        out.write('\n');
    }

    private void timestamp(ByteArrayOutputStream out, long epochMicros) {
        long wanted = Math.floorDiv(epochMicros, MICROS);
        if (wanted != second) {
            second = wanted;
            secondText = SECOND.format(LocalDateTime.ofEpochSecond(wanted, 0, ZoneOffset.UTC))
                    .getBytes(StandardCharsets.US_ASCII);
        }
        out.write(secondText, 0, secondText.length);
        long micros = Math.floorMod(epochMicros, MICROS);
        for (long unit = MICROS / 10; unit > 0; unit /= 10) {
            out.write((byte) ('0' + micros / unit % 10));
        }
        out.write('Z');
    }

    /// @param line without its line break
    /// @return nothing if no record looks like this
    static Optional<LogEvent> read(String line, String stream) {
        if (line.length() <= TIMESTAMP || line.charAt(TIMESTAMP) != ' ') {
            return Optional.empty();
        }
        try {
            var timestamp = Instant.parse(line.substring(0, TIMESTAMP));
            return Optional.of(new LogEvent(timestamp, stream, message(line.substring(TIMESTAMP + 1))));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String message(String escaped) {
        var message = new StringBuilder(escaped.length() + 1);
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c != '\\' || i + 1 == escaped.length()) {
                message.append(c);
                continue;
            }
            switch (escaped.charAt(++i)) {
                case 'n' -> message.append('\n');
                case 'r' -> message.append('\r');
                case 'c' -> {
                    return message.toString();
                }
                default -> message.append(escaped.charAt(i));
            }
        }
        return message.append('\n').toString();
    }
}
