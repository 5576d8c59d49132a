#!/usr/bin/env bash
# software.amazon.awssdk:lambda 2.59.1 (AWS SDK for Java 2, LambdaAsyncClient over its Netty client).
#
# Guess: the future of invokeWithResponseStream fails when the connection ends in the middle of the answer.
# Behaviour: it succeeds, with onComplete, whatever is missing: the end of the chunked body, half of an event, InvokeComplete. The subscriber has
# got what arrived whole, and nothing is sent again.
#   whole: succeeded, "half and half(complete)", 1 request
#   HTTP whole, no InvokeComplete: succeeded, "half ", 1 request
#   HTTP whole, ends within an event: succeeded, "half ", 1 request
#   connection ends between two chunks: succeeded, "half ", 1 request
#   connection ends within a chunk: succeeded, "half ", 1 request
# Why it matters: a server or a proxy that dies while it streams is taken for one that has finished. Whoever streams with this client has to
# see InvokeComplete before they believe that they have all.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>software.amazon.awssdk</groupId><artifactId>lambda</artifactId><version>2.59.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Broken.java <<'JAVA'
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.*;
import java.net.*;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import software.amazon.awssdk.auth.credentials.*;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaAsyncClient;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseHandler;

public class Broken {
    public static void main(String[] arguments) throws Exception {
        byte[] half = chunk(event("PayloadChunk", "half "));
        byte[] rest = event("PayloadChunk", "and half");
        byte[] complete = chunk(event("InvokeComplete", "{}"));
        byte[] end = "0\r\n\r\n".getBytes(ISO_8859_1);
        String cut = "succeeded, \"half \", 1 request";
        expect("whole", List.of(half, chunk(rest), complete, end), "succeeded, \"half and half(complete)\", 1 request");
        expect("HTTP whole, no InvokeComplete", List.of(half, end), cut);
        expect("HTTP whole, ends within an event", List.of(half, chunk(Arrays.copyOf(rest, 40)), end), cut);
        expect("connection ends between two chunks", List.of(half), cut);
        expect("connection ends within a chunk", List.of(half, Arrays.copyOf(chunk(rest), 40)), cut);
        System.exit(same ? 0 : 1);
    }

    /// What a call of InvokeWithResponseStream that is answered with these bytes ends with.
    static String run(List<byte[]> pieces) throws Exception {
        var requests = new AtomicInteger();
        var text = new StringBuffer();
        String end;
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var serving = new Thread(() -> serve(server, requests, pieces));
            serving.setDaemon(true);
            serving.start();
            var handler = InvokeWithResponseStreamResponseHandler.builder()
                    .subscriber(InvokeWithResponseStreamResponseHandler.Visitor.builder()
                            .onPayloadChunk(chunk -> text.append(chunk.payload().asUtf8String()))
                            .onInvokeComplete(complete -> text.append("(complete)"))
                            .build())
                    .build();
            try (var client = LambdaAsyncClient.builder()
                    .region(Region.EU_WEST_1)
                    .endpointOverride(URI.create("http://127.0.0.1:" + server.getLocalPort()))
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
                    .build()) {
                client.invokeWithResponseStream(request -> request.functionName("f"), handler).get(30, TimeUnit.SECONDS);
                end = "succeeded";
            } catch (ExecutionException e) {
                end = "failed with " + e.getCause().getClass().getSimpleName();
            }
        }
        return end + ", \"" + text + "\", " + requests + (requests.get() == 1 ? " request" : " requests");
    }

    static void serve(ServerSocket server, AtomicInteger requests, List<byte[]> pieces) {
        while (!server.isClosed()) {
            try (var socket = server.accept()) {
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
                int length = 0;
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    if (line.toLowerCase().startsWith("content-length:")) {
                        length = Integer.parseInt(line.substring(15).strip());
                    }
                }
                for (int i = 0; i < length; i++) {
                    in.read();
                }
                requests.incrementAndGet();
                var out = socket.getOutputStream();
                out.write(("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n").getBytes(ISO_8859_1));
                for (byte[] piece : pieces) {
                    out.write(piece);
                    // So that they arrive one by one.
                    Thread.sleep(50);
                }
                socket.shutdownOutput();
                while (in.read() >= 0) {
                    // Until the client has closed its side.
                }
            } catch (IOException | InterruptedException e) {
                // The next connection.
            }
        }
    }

    static byte[] chunk(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
        out.write(bytes);
        out.write("\r\n".getBytes(ISO_8859_1));
        return out.toByteArray();
    }

    /// One message of AWS's event stream encoding: lengths, their checksum, headers of text (type 7), payload, checksum of all.
    static byte[] message(Map<String, String> headers, String payload) throws IOException {
        var named = new ByteArrayOutputStream();
        var out = new DataOutputStream(named);
        for (var header : headers.entrySet()) {
            out.writeByte(header.getKey().length());
            out.writeBytes(header.getKey());
            out.writeByte(7);
            out.writeShort(header.getValue().length());
            out.writeBytes(header.getValue());
        }
        var bytes = ByteBuffer.allocate(16 + named.size() + payload.length());
        bytes.putInt(bytes.capacity()).putInt(named.size()).putInt(checksum(bytes));
        bytes.put(named.toByteArray()).put(payload.getBytes(ISO_8859_1)).putInt(checksum(bytes));
        return bytes.array();
    }

    static byte[] event(String type, String payload) throws IOException {
        return message(Map.of(":message-type", "event", ":event-type", type), payload);
    }

    static int checksum(ByteBuffer bytes) {
        var checksum = new CRC32();
        checksum.update(bytes.array(), 0, bytes.position());
        return (int) checksum.getValue();
    }

    static boolean same = true;

    static void expect(String name, List<byte[]> pieces, String expected) throws Exception {
        String said = run(pieces);
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Broken.java
env -u AWS_MAX_ATTEMPTS -u AWS_RETRY_MODE -u AWS_PROFILE AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null \
  timeout 90 java -cp "classes:jars/*" Broken 2>/dev/null
