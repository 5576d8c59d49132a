#!/usr/bin/env bash
# com.rabbitmq:amqp-client 5.37.1 (RabbitMQ's client for Java), read by jackson-databind 2.22.0 and gson 2.13.1.
#
# Guess: a header that was sent as a String is received as one, as one that was sent as an Integer is an Integer; what is in a list or a map as well.
# Behaviour: texts come as a LongString, a class of the client's. It is equal to no String, neither way round, and cannot be cast to one, though it prints as one. Gson makes of it the bytes, which is what Lambda's events of
# RabbitMQ show as {"bytes": [...]} for headers; Jackson does not write it at all. Points in time lose their milliseconds.
#   "eu" sent, received: LongString
#   equals("eu"): false
#   Set.of("eu", "us").contains: false
#   (String) header: ClassCastException
#   header.toString().equals("eu"): true
#   List.of("eu") sent, contains("eu"): false
#   5 sent, equals(5): true
#   2026-11-01T00:00:00.123Z sent, received: 2026-11-01T00:00:00Z
#   Gson: {"bytes":[101,117]}
#   Jackson: InvalidDefinitionException
# Why it matters: a consumer that routes by a header takes its default for every message, without an error. One that is moved to Lambda finds lists of bytes where Python's or Node.js's client had texts; a server that makes such
# events must make the same of them. Compare toString(), and decode bytes in functions.
#
# The table of headers is written and read by the client's own classes, without a broker. Needs a JDK 17 or newer and Maven, for Maven Central. Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>com.rabbitmq</groupId><artifactId>amqp-client</artifactId><version>5.37.1</version></dependency>
<dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId><version>2.22.0</version></dependency>
<dependency><groupId>com.google.code.gson</groupId><artifactId>gson</artifactId><version>2.13.1</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Headers.java <<'JAVA'
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.ValueReader;
import com.rabbitmq.client.impl.ValueWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

public class Headers {
    static boolean same = true;

    public static void main(String[] arguments) throws Exception {
        Map<String, Object> sent = Map.of(
                "region", "eu",
                "regions", List.of("eu"),
                "attempts", 5,
                "time", Date.from(Instant.parse("2026-11-01T00:00:00.123Z")));
        var bytes = new ByteArrayOutputStream();
        new ValueWriter(new DataOutputStream(bytes)).writeTable(sent);
        var received = new ValueReader(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))).readTable();
        Object region = received.get("region");
        expect("\"eu\" sent, received", () -> region instanceof LongString ? "LongString" : region.getClass().getSimpleName(), "LongString");
        expect("equals(\"eu\")", () -> region.equals("eu") || "eu".equals(region), "false");
        expect("Set.of(\"eu\", \"us\").contains", () -> Set.of("eu", "us").contains(region), "false");
        expect("(String) header", () -> (String) region, "ClassCastException");
        expect("header.toString().equals(\"eu\")", () -> region.toString().equals("eu"), "true");
        expect("List.of(\"eu\") sent, contains(\"eu\")", () -> ((List<?>) received.get("regions")).contains("eu"), "false");
        expect("5 sent, equals(5)", () -> received.get("attempts").equals(5), "true");
        expect(
                "2026-11-01T00:00:00.123Z sent, received",
                () -> ((Date) received.get("time")).toInstant(),
                "2026-11-01T00:00:00Z");
        expect("Gson", () -> new Gson().toJson(region), "{\"bytes\":[101,117]}");
        expect("Jackson", () -> new ObjectMapper().writeValueAsString(region), "InvalidDefinitionException");
        System.exit(same ? 0 : 1);
    }

    static void expect(String name, Callable<Object> call, String expected) {
        String said;
        try {
            said = String.valueOf(call.call());
        } catch (Exception e) {
            said = e.getClass().getSimpleName();
        }
        System.out.println(name + ": " + said);
        same &= said.equals(expected);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Headers.java
timeout 60 java -cp "classes:jars/*" Headers
