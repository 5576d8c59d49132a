package hearth.server.cli;

import hearth.worker.runtimes.HostLayout;
import hearth.worker.runtimes.KeptRuntimes;
import hearth.worker.runtimes.Runtimes;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A conversation with a server about all that users are in a hurry for: a function is made, and invoked so often
/// that the JVM's cache learns what to compile.
final class Rehearsal implements AutoCloseable {
    private static final int INVOCATIONS = 6_000;
    private static final Pattern LENGTH = Pattern.compile("(?i)\\ncontent-length: *(\\d+)");
    private static final String FUNCTIONS = "/2015-03-31/functions";

    private final Path data;
    private final Socket socket;
    private final InputStream in;

    /// @param data the folder that the server keeps everything in
    Rehearsal(InetSocketAddress server, Path data) throws IOException {
        this.data = data;
        socket = new Socket(server.getAddress(), server.getPort());
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    void run() throws IOException {
        expect(ask("GET", "/_hearth/health", ""), 200);
        expect(ask("GET", FUNCTIONS + "?MaxItems=10", ""), 200);
        expect(ask("POST", FUNCTIONS, "{}"), 400);
        expect(ask("POST", FUNCTIONS + "/missing/invocations", "{}"), 404);
        var runtime = anyRuntime();
        if (runtime.isPresent()) {
            expect(ask("POST", FUNCTIONS, function(runtime.get())), 201);
            invoke();
            expect(ask("GET", FUNCTIONS + "/rehearsal", ""), 200);
            expect(ask("DELETE", FUNCTIONS + "/rehearsal", ""), 204);
        }
    }

    /// A machine on which nothing runs has a cache nevertheless.
    private void invoke() throws IOException {
        var answer = "HTTP/1.1 200";
        for (int i = 0; i < INVOCATIONS && answer.startsWith("HTTP/1.1 200"); i++) {
            answer = ask("POST", FUNCTIONS + "/rehearsal/invocations", "{}");
        }
    }

    /// One whose function is in a language that is written below.
    private Optional<String> anyRuntime() {
        var host = HostLayout.of(System.getenv(), Guest.folder(), KeptRuntimes.in(data));
        return Runtimes.discover(host).table().stream()
                .filter(Runtimes.Row::installed)
                .map(Runtimes.Row::id)
                .filter(id -> id.startsWith("python") || id.startsWith("nodejs"))
                .findFirst();
    }

    private static String function(String runtime) throws IOException {
        return "{\"FunctionName\":\"rehearsal\",\"Runtime\":\"%s\",\"Handler\":\"app.handler\",\"Code\":{\"ZipFile\":\"%s\"},"
                        .formatted(runtime, Base64.getEncoder().encodeToString(code()))
                + "\"MemorySize\":1769,\"Role\":\"arn:aws:iam::000000000000:role/rehearsal\"}";
    }

    private static byte[] code() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("app.py"));
            zip.write("def handler(event, context):\n    return {}\n".getBytes(StandardCharsets.US_ASCII));
            zip.putNextEntry(new ZipEntry("app.js"));
            zip.write("exports.handler = async () => ({});\n".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    private String ask(String method, String target, String body) throws IOException {
        var request =
                "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(method, target, body.length(), body);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("The server closed the connection after: " + head);
            }
            head.append((char) next);
        }
        var length = LENGTH.matcher(head);
        var rest = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
        return head + new String(rest, StandardCharsets.UTF_8);
    }

    private static void expect(String answer, int status) throws IOException {
        if (!answer.startsWith("HTTP/1.1 " + status)) {
            throw new IOException("The rehearsal expected " + status + " and got " + answer);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
