package hearth.worker.code;

import hearth.model.CodeDigest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes packages with unix modes, which the platform's own writer leaves out.
public final class TestZip {
    static final Instant MODIFIED = Instant.parse("2024-05-06T07:08:09Z");

    private record Part(String name, String content, int mode) {}

    private final List<Part> parts = new ArrayList<>();

    public TestZip file(String name, String content) {
        return part(name, content, 0100600);
    }

    public TestZip executable(String name, String content) {
        return part(name, content, 0100700);
    }

    public TestZip link(String name, String target) {
        return part(name, target, 0120777);
    }

    private TestZip part(String name, String content, int mode) {
        parts.add(new Part(name, content, mode));
        return this;
    }

    public byte[] build() {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (var part : parts) {
                var entry = new ZipEntry(part.name);
                entry.setLastModifiedTime(FileTime.from(MODIFIED));
                zip.putNextEntry(entry);
                zip.write(part.content.getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return withModes(out.toByteArray());
    }

    private byte[] withModes(byte[] zip) {
        var bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        int at = bytes.getInt(zip.length - 22 + 16);
        for (var part : parts) {
            bytes.put(at + 5, (byte) 3).putInt(at + 38, part.mode << 16);
            at += 46 + bytes.getShort(at + 28) + bytes.getShort(at + 30) + bytes.getShort(at + 32);
        }
        return zip;
    }

    static CodeDigest digest(byte[] zip) {
        try {
            return CodeDigest.of(MessageDigest.getInstance("SHA-256").digest(zip));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
