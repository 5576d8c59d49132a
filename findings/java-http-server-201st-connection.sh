#!/usr/bin/env bash
# Temurin 25.0.3 and OpenJDK 17.0.15: jdk.httpserver (com.sun.net.httpserver.HttpServer), its default settings.
#
# Guess: a server that keeps connections open (HTTP/1.1, no "Connection: close" in its answers) keeps each of them for its idle time, half a minute here; one that has too many refuses new ones, or says with the answer that it
# will close.
# Behaviour: 200 may be idle. When there are as many, a further one is taken, its request answered like any other, and then closed without a word. The client believes that it is kept, and sends the next request into it.
#   200 connections: 200 answered, 0 said close; next request: 200 answered, 0 closed
#   250 connections: 250 answered, 0 said close; next request: 200 answered, 50 closed
#   with -Dsun.net.httpserver.maxIdleConnections=1000:
#   200 connections: 200 answered, 0 said close; next request: 200 answered, 0 closed
#   250 connections: 250 answered, 0 said close; next request: 250 answered, 0 closed
# Why it matters: this server is under metrics endpoints, test doubles of AWS and small services. With some hundred sandboxes or clients that each keep a connection, POSTs fail or are sent twice (HttpURLConnection and others
# repeat what a kept connection did not answer), now and then, and only above that number. Set the property before the first server is made.
#
# Needs a JDK 17 or newer. Loopback only; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > Main.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;

public class Main {
    static final String REQUEST = "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 1\r\n\r\nx";
    static boolean same = true;
    static int port;

    public static void main(String[] arguments) throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes());
            exchange.close();
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        port = server.getAddress().getPort();
        int closed = Integer.getInteger("expected", 50);
        expect("200 connections", connections(200), "200 answered, 0 said close; next request: 200 answered, 0 closed");
        expect("250 connections", connections(250), "250 answered, 0 said close; next request: " + (250 - closed) + " answered, " + closed + " closed");
        System.exit(same ? 0 : 1);
    }

    static String connections(int count) throws Exception {
        List<Socket> sockets = new ArrayList<>();
        int answered = 0;
        int warned = 0;
        for (int i = 0; i < count; i++) {
            var socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(10_000);
            sockets.add(socket);
            String answer = post(socket);
            answered += answer.startsWith("HTTP/1.1 200") ? 1 : 0;
            warned += answer.toLowerCase().contains("connection: close") ? 1 : 0;
        }
        // Whatever the server does with them afterwards, it has done.
        Thread.sleep(1000);
        int again = 0;
        int closed = 0;
        for (var socket : sockets) {
            try {
                if (post(socket).isEmpty()) {
                    closed++;
                } else {
                    again++;
                }
            } catch (IOException e) {
                closed++;
            }
        }
        for (var socket : sockets) {
            socket.close();
        }
        Thread.sleep(1000);
        return answered + " answered, " + warned + " said close; next request: " + again + " answered, " + closed
                + " closed";
    }

    static String post(Socket socket) throws IOException {
        socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        for (int next; (next = socket.getInputStream().read()) >= 0; ) {
            answer.append((char) next);
            if (answer.toString().endsWith("\r\n\r\nok")) {
                break;
            }
        }
        return answer.toString();
    }

    static void expect(String name, String said, String expected) {
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
timeout 60 java Main.java
echo 'with -Dsun.net.httpserver.maxIdleConnections=1000:'
timeout 60 java -Dsun.net.httpserver.maxIdleConnections=1000 -Dexpected=0 Main.java
