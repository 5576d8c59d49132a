package hearth.worker.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where log streams lie on disk: `ROOT/ACCOUNT/REGION/GROUP/STREAM.log`, and what is longer goes on in `STREAM.log.1`.
///
/// In the names of groups and streams, every byte that is not safe in a file name is `%` and two hex digits.
public record LogDirectory(Path root) {
    private static final String SUFFIX = ".log";
    private static final Pattern FILE = Pattern.compile("(.+)\\.log(?:\\.(\\d{1,9}))?");
    /// File systems take 255 bytes.
    private static final int LONGEST = 200;

    Path file(LogStreamName name) {
        return group(name.account(), name.region(), name.group()).resolve(safe(name.stream()) + SUFFIX);
    }

    Path group(String account, String region, String group) {
        return root.resolve(safe(account)).resolve(safe(region)).resolve(safe(group));
    }

    /// A later file of a stream.
    static Path segment(Path first, int number) {
        return number == 0 ? first : first.resolveSibling(first.getFileName() + "." + number);
    }

    /// The files of a group's streams, those of a stream in the order in which they were written; none if the group was
    /// never written to.
    List<Path> files(String account, String region, String group) {
        try (var entries = Files.list(group(account, region, group))) {
            return entries.filter(LogDirectory::isLog)
                    .sorted(Comparator.comparingInt(LogDirectory::segment))
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where the streams of a group lie, once there are some.
    public Path folder(LogGroup group) {
        return group(group.account(), group.region(), group.name());
    }

    /// Every group that was written to.
    public List<LogGroup> groups() {
        var groups = new ArrayList<LogGroup>();
        for (var account : folders(root)) {
            for (var region : folders(account)) {
                for (var group : folders(region)) {
                    groups.add(new LogGroup(name(account), name(region), name(group)));
                }
            }
        }
        return groups;
    }

    private static List<Path> folders(Path parent) {
        try (var entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path folder) {
        return original(String.valueOf(folder.getFileName()));
    }

    static boolean isLog(Path file) {
        return parts(file).matches();
    }

    /// Which file of its stream it is.
    static int segment(Path file) {
        var parts = parts(file);
        return parts.matches() && parts.group(2) != null ? Integer.parseInt(parts.group(2)) : 0;
    }

    /// The stream that a file of this directory holds.
    static String stream(Path file) {
        var parts = parts(file);
        return parts.matches() ? original(parts.group(1)) : "";
    }

    private static Matcher parts(Path file) {
        return FILE.matcher(String.valueOf(file.getFileName()));
    }

    static String safe(String name) {
        var safe = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            if ((b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || "-_[]$".indexOf(b) >= 0) {
                safe.append((char) b);
            } else if (b == '.' && !safe.isEmpty()) {
                safe.append('.');
            } else {
                safe.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        // A very long name is cut, and told from others like it by its hash.
        return safe.length() <= LONGEST
                ? safe.toString()
                : safe.substring(0, LONGEST - 34) + "~" + HexFormat.of().formatHex(sha256(name), 0, 16);
    }

    private static String original(String safe) {
        var bytes = new byte[safe.length()];
        int size = 0;
        for (int i = 0; i < safe.length(); i++) {
            if (safe.charAt(i) == '%' && i + 2 < safe.length()) {
                bytes[size++] = (byte) HexFormat.fromHexDigits(safe, i + 1, i + 3);
                i += 2;
            } else {
                bytes[size++] = (byte) safe.charAt(i);
            }
        }
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
