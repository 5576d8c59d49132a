package hearth.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The load generator, `wrk`: a program of its own on one thread, whose connections each send their next request when
/// the last was answered.
final class Wrk {
    private static final Pattern RESULT =
            Pattern.compile("RESULT requests=(\\d+) bytes=(\\d+) micros=(\\d+) errors=(\\d+) p50=(\\d+) p99=(\\d+)");

    private final Path script;

    /// @param script where the script for wrk is written
    Wrk(Path script) {
        this.script = script;
    }

    /// A request, and how many bytes its answer has.
    record Request(String path, Map<String, String> headers, byte[] body, int answerBytes) {}

    /// What a run saw.
    ///
    /// @param errors connections that failed, and answers that were no 2xx or of another length than they should be
    record Result(long requests, long errors, double seconds, double p50Micros, double p99Micros) {
        double perSecond() {
            return requests / seconds;
        }
    }

    /// Sends the same request over and over for so many seconds. Its signature must be good for so long.
    Result run(InetSocketAddress server, Request request, int connections, int seconds)
            throws IOException, InterruptedException {
        Files.writeString(script, lua(request));
        var process = new ProcessBuilder(
                        "wrk",
                        "--threads=1",
                        "--connections=" + connections,
                        "--duration=" + seconds + "s",
                        "--timeout=30s",
                        "--script=" + script,
                        "http://127.0.0.1:" + server.getPort() + request.path)
                .redirectErrorStream(true)
                .start();
        var output = process.inputReader().lines().collect(Collectors.joining("\n"));
        var result = RESULT.matcher(output);
        if (process.waitFor() != 0 || !result.find()) {
            throw new IOException("wrk: " + output);
        }
        var requests = Long.parseLong(result.group(1));
        var bytes = Long.parseLong(result.group(2));
        return new Result(
                requests,
                Long.parseLong(result.group(4)) + others(requests, bytes, request.answerBytes),
                Double.parseDouble(result.group(3)) / 1e6,
                Double.parseDouble(result.group(5)),
                Double.parseDouble(result.group(6)));
    }

    /// Answers that had other bytes, at the least: a function's error is a 200 too, but longer. Looking at each answer
    /// would burden wrk, so this is told by the bytes of all. The last of each connection may be cut short.
    private static long others(long requests, long bytes, int each) {
        return bytes > requests * each + each ? Math.max(1, (bytes - requests * each) / each) : 0;
    }

    private static String lua(Request request) {
        var headers = request.headers.entrySet().stream()
                .map(each -> "wrk.headers[%s] = %s%n".formatted(quoted(each.getKey()), quoted(each.getValue())))
                .collect(Collectors.joining());
        return "wrk.method = \"POST\"\nwrk.body = " + quoted(new String(request.body, StandardCharsets.ISO_8859_1))
                + "\n"
                + headers + """
                function done(summary, latency, requests)
                  local e = summary.errors
                  io.write(string.format("RESULT requests=%d bytes=%d micros=%d errors=%d p50=%d p99=%d\\n", summary.requests,
                    summary.bytes, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
                    latency:percentile(50), latency:percentile(99)))
                end
                """;
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
