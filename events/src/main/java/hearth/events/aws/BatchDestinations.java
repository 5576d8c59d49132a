package hearth.events.aws;

import hearth.events.DeliveryException;
import hearth.events.Target;
import hearth.model.endpoints.ServiceName;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/// Tells queues of SQS, topics of SNS and buckets of S3 of batches that functions failed on.
public final class BatchDestinations {
    private static final ServiceName SQS = new ServiceName("SQS");
    private static final ServiceName SNS = new ServiceName("SNS");

    private final AwsClients clients;
    private final String region;

    /// @param region of buckets, whose ARNs have none
    public BatchDestinations(AwsClients clients, String region) {
        this.clients = clients;
        this.region = region;
    }

    /// Whether a destination also gets the records themselves.
    public boolean hasRoom(String arn) {
        return Target.of(arn).filter(Target.Bucket.class::isInstance).isPresent();
    }

    /// Sends a record, and returns once the destination has it.
    ///
    /// @param key where it lies in a bucket
    /// @throws DeliveryException when the destination does not have it, or when that is not known
    public void send(String arn, byte[] message, String key) throws DeliveryException {
        var target = Target.of(arn).orElseThrow(() -> new DeliveryException(arn + " is no destination.", null));
        try {
            switch (target) {
                case Target.Queue queue -> send(queue, message);
                case Target.Topic topic ->
                    clients.get(
                                    SNS,
                                    topic.region(),
                                    SnsClient.class,
                                    (endpoint, at) -> clients.build(SnsClient.builder(), endpoint, at))
                            .publish(request -> request.topicArn(topic.arn()).message(text(message)));
                case Target.Bucket bucket -> store(bucket, message, key);
                case Target.Bus _, Target.OfFunction _ ->
                    throw new DeliveryException(arn + " is no destination of batches.", null);
            }
        } catch (NoClientException e) {
            throw new DeliveryException(String.valueOf(e.getMessage()), null);
        } catch (SdkException e) {
            throw new DeliveryException(String.valueOf(e.getMessage()), e);
        }
    }

    private void send(Target.Queue queue, byte[] message) throws NoClientException {
        var sqs = clients.get(
                SQS,
                queue.region(),
                SqsClient.class,
                // Whoever counts otherwise than AWS has the message all the same.
                (endpoint, at) -> clients.build(SqsClient.builder().checksumValidationEnabled(false), endpoint, at));
        var url = sqs.getQueueUrl(request -> request.queueName(queue.name()).queueOwnerAWSAccountId(queue.account()))
                .queueUrl();
        sqs.sendMessage(request -> request.queueUrl(url).messageBody(text(message)));
    }

    private void store(Target.Bucket bucket, byte[] message, String key) throws NoClientException {
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
        s3.putObject(
                request -> request.bucket(bucket.name()).key(key).contentType("application/json"),
                RequestBody.fromBytes(message));
    }

    private static String text(byte[] message) {
        return new String(message, StandardCharsets.UTF_8);
    }
}
