package hearth.events.aws;

import hearth.cluster.DeliveryRecord;
import hearth.cluster.DeliveryRecord.Kind;
import hearth.events.DeliveryException;
import hearth.events.DestinationSender;
import hearth.events.Target;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.endpoints.ServiceName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeNameForSends;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeValue;

/// Sends what is to be heard of events to SQS, SNS, EventBridge and S3, as Lambda itself does.
public final class AwsDestinations implements DestinationSender {
    private static final ServiceName SQS = new ServiceName("SQS");
    private static final ServiceName SNS = new ServiceName("SNS");
    private static final ServiceName EVENT_BRIDGE = new ServiceName("EVENTBRIDGE");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final DateTimeFormatter DAY = utc("uuuu/MM/dd");
    private static final DateTimeFormatter TIME = utc("uuuu-MM-dd'T'HH.mm.ss");

    private static final Pattern TRACE_HEADER =
            Pattern.compile("Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;[A-Za-z]+=[^;=\\s]*)*");

    /// What PutEvents takes.
    private static final int LONGEST_TRACE_HEADER = 500;

    private final AwsClients clients;
    private final String region;
    private final Map<Target.Queue, String> queueUrls = new ConcurrentHashMap<>();

    /// @param environment with the credentials and the region that AWS's clients read
    public AwsDestinations(ServiceEndpoints endpoints, Map<String, String> environment) {
        this.clients = new AwsClients(endpoints, environment, PATIENCE);
        this.region =
                environment.getOrDefault("AWS_REGION", environment.getOrDefault("AWS_DEFAULT_REGION", "us-east-1"));
    }

    private static DateTimeFormatter utc(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    @Override
    public void send(Target target, DeliveryRecord delivery) throws DeliveryException {
        try {
            switch (target) {
                case Target.Queue queue -> send(queue, delivery);
                case Target.Topic topic -> publish(topic, delivery);
                case Target.Bus bus -> put(bus, delivery);
                case Target.Bucket bucket -> store(bucket, delivery);
                case Target.OfFunction function ->
                    throw new DeliveryException(function.arn() + " is invoked, and not sent to.", null);
            }
        } catch (NoClientException e) {
            throw new DeliveryException(String.valueOf(e.getMessage()), null);
        } catch (SdkException e) {
            throw new DeliveryException(String.valueOf(e.getMessage()), e);
        }
    }

    private void send(Target.Queue queue, DeliveryRecord delivery) throws NoClientException {
        var sqs = clients.get(
                SQS,
                queue.region(),
                SqsClient.class,
                // Whoever counts otherwise than AWS has the message all the same, and would get it again and again.
                (endpoint, at) -> clients.build(SqsClient.builder().checksumValidationEnabled(false), endpoint, at));
        // Not within the map: whoever else sends would wait for an answer that may never come.
        var url = queueUrls.get(queue);
        if (url == null) {
            url = sqs.getQueueUrl(request -> request.queueName(queue.name()).queueOwnerAWSAccountId(queue.account()))
                    .queueUrl();
            queueUrls.put(queue, url);
        }
        send(sqs, queue, url, delivery);
    }

    private void send(SqsClient sqs, Target.Queue queue, String url, DeliveryRecord delivery) {
        try {
            sqs.sendMessage(request -> {
                request.queueUrl(url).messageBody(text(delivery));
                traceHeader(delivery)
                        .ifPresent(header -> request.messageSystemAttributes(Map.of(
                                MessageSystemAttributeNameForSends.AWS_TRACE_HEADER,
                                MessageSystemAttributeValue.builder()
                                        .dataType("String")
                                        .stringValue(header)
                                        .build())));
                var attributes =
                        new LinkedHashMap<String, software.amazon.awssdk.services.sqs.model.MessageAttributeValue>();
                attributes(delivery)
                        .forEach((name, value) -> attributes.put(
                                name,
                                software.amazon.awssdk.services.sqs.model.MessageAttributeValue.builder()
                                        .dataType(value.type())
                                        .stringValue(value.text())
                                        .build()));
                request.messageAttributes(attributes);
            });
        } catch (SdkException e) {
            // It may be another now.
            queueUrls.remove(queue);
            throw e;
        }
    }

    private void publish(Target.Topic topic, DeliveryRecord delivery) throws NoClientException {
        var sns = clients.get(
                SNS,
                topic.region(),
                SnsClient.class,
                (endpoint, at) -> clients.build(SnsClient.builder(), endpoint, at));
        sns.publish(request -> {
            request.topicArn(topic.arn()).message(text(delivery));
            request.overrideConfiguration(traced(delivery));
            var attributes =
                    new LinkedHashMap<String, software.amazon.awssdk.services.sns.model.MessageAttributeValue>();
            attributes(delivery)
                    .forEach((name, value) -> attributes.put(
                            name,
                            software.amazon.awssdk.services.sns.model.MessageAttributeValue.builder()
                                    .dataType(value.type())
                                    .stringValue(value.text())
                                    .build()));
            request.messageAttributes(attributes);
        });
    }

    private void put(Target.Bus bus, DeliveryRecord delivery) throws DeliveryException, NoClientException {
        var events = clients.get(
                EVENT_BRIDGE,
                bus.region(),
                EventBridgeClient.class,
                (endpoint, at) -> clients.build(EventBridgeClient.builder(), endpoint, at));
        var result = delivery.kind() == Kind.SUCCESS ? "Success" : "Failure";
        var answer = events.putEvents(request -> request.entries(PutEventsRequestEntry.builder()
                .source("lambda")
                .detailType("Lambda Function Invocation Result - " + result)
                .resources(bus.arn(), delivery.function().arn(delivery.qualifier()))
                .detail(text(delivery))
                .eventBusName(bus.arn())
                .traceHeader(traceHeader(delivery).orElse(null))
                .build()));
        var failed = answer.entries().stream()
                .filter(entry -> entry.errorCode() != null)
                .findFirst();
        if (failed.isPresent()) {
            throw new DeliveryException(
                    failed.get().errorCode() + ": " + failed.get().errorMessage(), null);
        }
    }

    private void store(Target.Bucket bucket, DeliveryRecord delivery) throws NoClientException {
        var s3 = clients.get(
                ServiceName.S3,
                region,
                S3Client.class,
                (endpoint, at) -> clients.build(
                        S3Client.builder()
                                .forcePathStyle(true)
                                .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false))
                                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED),
                        endpoint,
                        at));
        // The same for each try, so that none stores it twice.
        var made = Instant.ofEpochMilli(delivery.made());
        var key = "aws/lambda/async/" + delivery.function().name() + "/" + DAY.format(made) + "/" + TIME.format(made)
                + "-" + delivery.requestId();
        s3.putObject(
                request -> request.bucket(bucket.name())
                        .key(key)
                        .contentType("application/json")
                        .overrideConfiguration(traced(delivery)),
                RequestBody.fromBytes(delivery.body()));
    }

    /// With the trace header as functions' own clients send it: SNS and S3 have no other place for it.
    private static AwsRequestOverrideConfiguration traced(DeliveryRecord delivery) {
        var settings = AwsRequestOverrideConfiguration.builder();
        traceHeader(delivery).ifPresent(header -> settings.putHeader("X-Amzn-Trace-Id", header));
        return settings.build();
    }

    /// A caller may have sent anything as one, and what is none would keep the message from being taken.
    private static Optional<String> traceHeader(DeliveryRecord delivery) {
        return Optional.of(delivery.traceHeader())
                .filter(header -> TRACE_HEADER.matcher(header).matches() && header.length() <= LONGEST_TRACE_HEADER);
    }

    private static String text(DeliveryRecord delivery) {
        return new String(delivery.body(), StandardCharsets.UTF_8);
    }

    private record Attribute(String type, String text) {}

    /// What the message of a dead letter says beside the event.
    private static Map<String, Attribute> attributes(DeliveryRecord delivery) {
        var attributes = new LinkedHashMap<String, Attribute>();
        delivery.deadLetter().ifPresent(letter -> {
            attributes.put("RequestID", new Attribute("String", delivery.requestId()));
            attributes.put("ErrorCode", new Attribute("Number", letter.errorCode()));
            if (!letter.errorMessage().isEmpty()) {
                attributes.put("ErrorMessage", new Attribute("String", letter.errorMessage()));
            }
        });
        return attributes;
    }

    @Override
    public void close() {
        clients.close();
    }
}
