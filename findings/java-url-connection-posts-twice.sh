#!/usr/bin/env bash
# OpenJDK 17.0.15 and 25.0.3 (java.net.HttpURLConnection, java.net.http.HttpClient).
#
# Guess: a POST that got no answer because the server closed the connection fails. Only on a connection that was kept from before is it sent again, since there the
# server may have closed it while idle.
# Behaviour: HttpURLConnection sends it again on a connection of its own, for every method and on a first connection too, and fails only after the second; the
# exception tells of one. Streamed bodies (setFixedLengthStreamingMode, setChunkedStreamingMode) are sent once, as they are not kept. HttpClient repeats a GET, no POST.
#   HttpURLConnection POST, no answer: SocketException, 2 requests
#   HttpURLConnection POST, no answer, body streamed: SocketException, 1 request
#   HttpURLConnection POST, no answer, sun.net.http.retryPost=false: SocketException, 1 request
#   HttpURLConnection POST, no answer to the first request: answered, 2 requests
#   HttpClient POST, no answer: IOException, 1 request
# Why it matters: a service that dies over a request, or a proxy that is restarted while it waits, has it done twice, without a retry in anybody's code. An invocation
# by plain HTTP, of a function's URL too, runs the function twice. Set the body's length, or -Dsun.net.http.retryPost=false in JAVA_TOOL_OPTIONS.
#
# Needs a JDK 17 or newer. Loopback only; a few seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > Posts.java <<'JAVA'
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.util.concurrent.atomic.AtomicInteger;

public class Posts {
    static final AtomicInteger requests = new AtomicInteger();
    static volatile int unanswered = Integer.MAX_VALUE;
    static URI uri;
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        uri = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
        var serving = new Thread(() -> serve(server));
        serving.setDaemon(true);
        serving.start();
        if (arguments.length > 0) {
            expect("HttpURLConnection POST, no answer, sun.net.http.retryPost=false", post(false), "SocketException", 1);
        } else {
            expect("HttpURLConnection POST, no answer", post(false), "SocketException", 2);
            expect("HttpURLConnection POST, no answer, body streamed", post(true), "SocketException", 1);
            unanswered = 1;
            expect("HttpURLConnection POST, no answer to the first request", post(false), "answered", 2);
            unanswered = Integer.MAX_VALUE;
            expect("HttpClient POST, no answer", client(), "IOException", 1);
        }
        System.exit(same ? 0 : 1);
    }

    static String post(boolean streamed) {
        try {
            var connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            if (streamed) {
                connection.setFixedLengthStreamingMode(2);
            }
            try (var out = connection.getOutputStream()) {
                out.write(new byte[] {'{', '}'});
            }
            return connection.getResponseCode() == 200 ? "answered" : "refused";
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }

    static String client() throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString("{}")).build();
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
            return "answered";
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }

    /// Reads one request of each connection, and closes the first ones without an answer.
    static void serve(ServerSocket server) {
        while (true) {
            try (var socket = server.accept()) {
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    // Up to the end of the head.
                }
                in.read();
                in.read();
                if (requests.incrementAndGet() > unanswered) {
                    var out = socket.getOutputStream();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".getBytes());
                    out.flush();
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    static void expect(String name, String said, String expected, int times) {
        int sent = requests.getAndSet(0);
        System.out.println(name + ": " + said + ", " + sent + (sent == 1 ? " request" : " requests"));
        same &= said.equals(expected) && sent == times;
    }
}
JAVA
javac -proc:none -d classes Posts.java
timeout 60 java -cp classes Posts
timeout 60 java -Dsun.net.http.retryPost=false -cp classes Posts not-again
