package hearth.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;

/// Stands in for DynamoDB Streams: ListStreams, DescribeStream, GetShardIterator and GetRecords of one stream, which
/// has the shards that a test gives it.
final class TableStreams implements AutoCloseable {
    static final String ARN = "arn:aws:dynamodb:eu-west-1:000000000000:table/orders/stream/2026-11-30T00:00:00.000";

    private static final JsonFactory JSON = new JsonFactory();
    private static final String JSON_1_0 = "application/x-amz-json-1.0";

    private final HttpServer server;

    /// Guarded by this, as is all that follows. An iterator is the shard's name, a slash and an index.
    private final Map<String, ShardOfTable> shards = new LinkedHashMap<>();

    private int number;
    private int expired;

    private static final class ShardOfTable {
        private final String parent;
        private final int first;
        private final List<String> records = new ArrayList<>();
        private final List<Integer> numbers = new ArrayList<>();
        private boolean closed;

        ShardOfTable(String parent, int first) {
            this.parent = parent;
            this.first = first;
        }
    }

    private TableStreams(HttpServer server) {
        this.server = server;
    }

    static TableStreams start() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var streams = new TableStreams(server);
        streams.open("shardId-00000000000000000001-00000001", "");
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", streams::answer);
        server.start();
        return streams;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    synchronized void open(String shard, String parent) {
        shards.put(shard, new ShardOfTable(parent, number + 1));
    }

    synchronized void close(String shard) {
        shard(shard).closed = true;
    }

    /// Has the next iterator that is used be too old.
    synchronized void expire() {
        expired++;
    }

    /// Puts an item into a shard.
    synchronized void put(String shard, String id) {
        number++;
        var sequence = String.format("%021d", number);
        shard(shard).numbers.add(number);
        shard(shard)
                .records
                .add("{\"eventID\":\"e" + number + "\",\"eventName\":\"INSERT\",\"eventVersion\":\"1.1\","
                        + "\"eventSource\":\"aws:dynamodb\",\"awsRegion\":\"eu-west-1\",\"dynamodb\":{"
                        + "\"ApproximateCreationDateTime\":" + System.currentTimeMillis() / 1000
                        + ",\"Keys\":{\"id\":{\"S\":\"" + id + "\"}},\"NewImage\":{\"id\":{\"S\":\"" + id
                        + "\"},\"all\":{\"M\":{\"n\":{\"N\":\"1.50\"},\"t\":{\"BOOL\":true},\"z\":{\"NULL\":true},"
                        + "\"l\":{\"L\":[{\"B\":\"Ynl0ZXM=\"},{\"SS\":[\"x\"]}]}}}},\"SequenceNumber\":\"" + sequence
                        + "\",\"SizeBytes\":26,\"StreamViewType\":\"NEW_IMAGE\"}"
                        + (id.startsWith("ttl")
                                ? ",\"userIdentity\":{\"PrincipalId\":\"dynamodb.amazonaws.com\",\"Type\":\"Service\"}"
                                : "")
                        + "}");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var operation =
                    exchange.getRequestHeaders().getFirst("X-Amz-Target").replaceAll(".*\\.", "");
            var members = members(exchange.getRequestBody().readAllBytes());
            var answer = answer(operation, members);
            var bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", JSON_1_0);
            exchange.sendResponseHeaders(answer.startsWith("{\"__type\"") ? 400 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private synchronized String answer(String operation, Map<String, String> members) {
        var arn = members.getOrDefault("StreamArn", ARN);
        if (!arn.equals(ARN)) {
            return error("ResourceNotFoundException", "Requested resource not found: Stream: " + arn + " not found");
        }
        return switch (operation) {
            case "ListStreams" -> "{\"Streams\":[{\"StreamArn\":\"" + ARN + "\",\"TableName\":\"orders\"}]}";
            case "DescribeStream" -> describe(members.getOrDefault("ExclusiveStartShardId", ""));
            case "GetShardIterator" -> "{\"ShardIterator\":\"" + iterator(members) + "\"}";
            case "GetRecords" ->
                records(member(members, "ShardIterator"), Integer.parseInt(members.getOrDefault("Limit", "1000")));
            default -> error("UnknownOperationException", operation);
        };
    }

    private ShardOfTable shard(String name) {
        return Objects.requireNonNull(shards.get(name));
    }

    private static String member(Map<String, String> members, String name) {
        return Objects.requireNonNull(members.get(name));
    }

    private static String error(String type, String message) {
        return "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" + type + "\",\"message\":\"" + message + "\"}";
    }

    /// One shard a page.
    private String describe(String after) {
        var names = List.copyOf(shards.keySet());
        int at = names.indexOf(after) + 1;
        var page = new StringBuilder("{\"StreamDescription\":{\"StreamArn\":\"" + ARN + "\",\"Shards\":[");
        if (at < names.size()) {
            var shard = shard(names.get(at));
            page.append("{\"ShardId\":\"").append(names.get(at)).append('"');
            if (!shard.parent.isEmpty()) {
                page.append(",\"ParentShardId\":\"").append(shard.parent).append('"');
            }
            page.append(",\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"")
                    .append(shard.first)
                    .append('"');
            if (shard.closed) {
                page.append(",\"EndingSequenceNumber\":\"").append(number).append('"');
            }
            page.append("}}");
        }
        page.append(']');
        if (at + 1 < names.size()) {
            page.append(",\"LastEvaluatedShardId\":\"").append(names.get(at)).append('"');
        }
        return page.append("}}").toString();
    }

    private String iterator(Map<String, String> members) {
        var name = member(members, "ShardId");
        var shard = shard(name);
        int index =
                switch (member(members, "ShardIteratorType")) {
                    case "TRIM_HORIZON" -> 0;
                    case "LATEST" -> shard.records.size();
                    default -> shard.numbers.indexOf(Integer.valueOf(member(members, "SequenceNumber"))) + 1;
                };
        return name + "/" + index;
    }

    private String records(String iterator, int most) {
        if (expired > 0) {
            expired--;
            return error("ExpiredIteratorException", "It is too old");
        }
        int slash = iterator.indexOf('/');
        var shard = shard(iterator.substring(0, slash));
        int from = Integer.parseInt(iterator.substring(slash + 1));
        int to = Math.min(shard.records.size(), from + most);
        var next = shard.closed && to == shard.records.size()
                ? ""
                : ",\"NextShardIterator\":\"" + iterator.substring(0, slash) + "/" + to + "\"";
        return "{\"Records\":[" + String.join(",", shard.records.subList(from, to)) + "]" + next + "}";
    }

    private static Map<String, String> members(byte[] request) throws IOException {
        var found = new HashMap<String, String>();
        try (var parser = JSON.createParser(request)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                parser.nextToken();
                found.put(name, parser.getText());
            }
        }
        return found;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
