package hearth.conformance.faults;

import hearth.conformance.Clients;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/// Changes and events beside the calls, a few a second and one after the other: what was answered must be there
/// afterwards.
final class Acknowledged implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int TAGS = 20;

    /// Beyond all numbers of calls.
    private static final long FIRST_EVENT = 1L << 40;

    private final LambdaClient client;
    private final Functions functions;
    private final Runs runs;
    private final Map<String, Integer> tags = new ConcurrentHashMap<>();
    private final AtomicInteger tagged = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> made = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Thread thread;

    /// How much was acknowledged, and what of it is lost.
    record Tally(int changes, int events, int refused, List<String> lost) {}

    Acknowledged(URI endpoint, String accessKey, String secretKey, Functions functions, Runs runs) {
        this.client = Clients.lambda(endpoint, accessKey, secretKey, Region.US_EAST_1);
        this.functions = functions;
        this.runs = runs;
        this.thread = Thread.ofPlatform().name("acknowledged").start(this::goOn);
    }

    private void goOn() {
        int turn = 0;
        while (!over.get()) {
            turn++;
            try {
                switch (turn % 4) {
                    case 0 -> make("made-" + turn);
                    case 2 -> tag("tag-" + turn % TAGS, turn);
                    default -> event(FIRST_EVENT + turn);
                }
            } catch (SdkException e) {
                // Whether it was done is not known, and not promised.
                refused.incrementAndGet();
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void make(String name) {
        client.createFunction(functions.request(name, "0"));
        made.add(name);
    }

    private void tag(String key, int value) {
        client.tagResource(r -> r.resource(Functions.ARN_OF_LIMITED).tags(Map.of(key, Integer.toString(value))));
        tags.put(key, value);
        tagged.incrementAndGet();
    }

    private void event(long number) {
        client.invoke(r -> r.functionName(Functions.EVENTFUL)
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String("{\"number\":" + number + "}")));
        events.add(number);
    }

    /// What was acknowledged since the last time. Waits for what comes later by right.
    Tally take() {
        var lost = new ArrayList<String>();
        // Before those that are there are asked for: more may be acknowledged meanwhile.
        var promised = Map.copyOf(tags);
        int changes = tagged.getAndSet(0);
        var there = tags();
        promised.forEach((key, value) -> {
            int found = Integer.parseInt(there.getOrDefault(key, "0"));
            if (found < value) {
                lost.add("%s is %d, and not %d".formatted(key, found, value));
            }
        });
        for (var name = made.poll(); name != null; name = made.poll()) {
            changes++;
            if (!isActive(name)) {
                lost.add(name);
            }
        }
        int accepted = 0;
        for (var number = events.poll(); number != null; number = events.poll()) {
            accepted++;
            if (!runs.awaitBegin(number, PATIENCE)) {
                lost.add("event " + number);
            }
        }
        return new Tally(changes, accepted, refused.getAndSet(0), lost);
    }

    private Map<String, String> tags() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return client.listTags(r -> r.resource(Functions.ARN_OF_LIMITED))
                        .tags();
            } catch (SdkException e) {
                // The database may still be away.
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private boolean isActive(String name) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try {
                var found = client.getFunctionConfiguration(r -> r.functionName(name));
                if (found.stateAsString().equals("Active")) {
                    client.deleteFunction(r -> r.functionName(name));
                    return true;
                }
            } catch (ResourceNotFoundException e) {
                return false;
            } catch (SdkException e) {
                // The database may still be away.
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return false;
    }

    @Override
    public void close() {
        over.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
