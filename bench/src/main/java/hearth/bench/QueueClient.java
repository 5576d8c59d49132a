package hearth.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/// Whoever sends messages, and the bare consumer that is the floor of pollers: AWS's client, ten messages a call, and
/// nothing done with them. In a process of its own, which does what the lines of its input say, and answers each
/// with one.
final class QueueClient {
    private static final int BATCH = 10;

    private final SqsClient sqs;

    private QueueClient(URI endpoint) {
        this.sqs = SqsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .httpClient(UrlConnectionHttpClient.create())
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("bench", "bench")))
                .build();
    }

    public static void main(String[] arguments) throws Exception {
        var client = new QueueClient(URI.create("http://127.0.0.1:" + arguments[0]));
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(client.answer(line.split(" ")));
        }
    }

    private String answer(String[] words) throws Exception {
        var queue = words[1];
        return switch (words[0]) {
            case "create" -> {
                int count = Integer.parseInt(words[2]);
                for (int i = 0; i < count; i++) {
                    var name = count == 1 ? queue : queue + i;
                    sqs.createQueue(request -> request.queueName(name));
                }
                yield "created";
            }
            case "send" -> {
                var url = url(queue);
                long begin = System.currentTimeMillis();
                sqs.sendMessage(request -> request.queueUrl(url).messageBody(words[2]));
                yield Long.toString(begin);
            }
            case "fill" -> fill(queue, Integer.parseInt(words[2]));
            case "drain" -> drain(queue, Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            case "left" -> Integer.toString(left(queue));
            default -> throw new IOException("What is " + words[0] + "?");
        };
    }

    private String url(String queue) {
        return sqs.getQueueUrl(request -> request.queueName(queue)).queueUrl();
    }

    private String fill(String queue, int count) throws InterruptedException, ExecutionException {
        var url = url(queue);
        var body = "x".repeat(1000);
        beside(4, turn -> {
            for (int i = turn * BATCH; i < count; i += 4 * BATCH) {
                var entries = IntStream.range(0, BATCH)
                        .mapToObj(n -> SendMessageBatchRequestEntry.builder()
                                .id("m" + n)
                                .messageBody(body)
                                .build())
                        .toList();
                sqs.sendMessageBatch(request -> request.queueUrl(url).entries(entries));
            }
        });
        return "filled";
    }

    /// @return how many nanoseconds it took
    private String drain(String queue, int count, int consumers) throws InterruptedException, ExecutionException {
        var url = url(queue);
        var left = new AtomicInteger(count);
        long begin = System.nanoTime();
        beside(consumers, _ -> {
            while (left.get() > 0) {
                var messages = sqs.receiveMessage(request -> request.queueUrl(url)
                                .maxNumberOfMessages(BATCH)
                                .waitTimeSeconds(1)
                                .messageAttributeNames("All")
                                .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                        .messages();
                if (!messages.isEmpty()) {
                    var entries = IntStream.range(0, messages.size())
                            .mapToObj(n -> DeleteMessageBatchRequestEntry.builder()
                                    .id(Integer.toString(n))
                                    .receiptHandle(messages.get(n).receiptHandle())
                                    .build())
                            .toList();
                    sqs.deleteMessageBatch(request -> request.queueUrl(url).entries(entries));
                    left.addAndGet(-messages.size());
                }
            }
        });
        return Long.toString(System.nanoTime() - begin);
    }

    private int left(String queue) {
        var url = url(queue);
        var attributes = sqs.getQueueAttributes(request -> request.queueUrl(url).attributeNames(QueueAttributeName.ALL))
                .attributes();
        return Integer.parseInt(attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
                + Integer.parseInt(attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
    }

    private interface Turn {
        void run(int turn);
    }

    private static void beside(int threads, Turn task) throws InterruptedException, ExecutionException {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> turns = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int turn = i;
                turns.add(executor.submit(() -> task.run(turn)));
            }
            for (var turn : turns) {
                turn.get();
            }
        }
    }
}
