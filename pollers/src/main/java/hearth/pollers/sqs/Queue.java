package hearth.pollers.sqs;

import hearth.events.aws.AwsClients;
import hearth.events.aws.NoClientException;
import hearth.model.endpoints.ServiceName;
import hearth.pollers.SourceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// One queue of SQS, by AWS's client. Its methods wait.
final class Queue {
    /// What one call takes out, deletes or gives back at most.
    static final int MOST = 10;

    private static final ServiceName SQS = new ServiceName("SQS");

    private final AwsClients clients;
    private final String arn;
    private final String region;
    private final String account;
    private final String name;
    private volatile @Nullable String url;

    Queue(AwsClients clients, String arn) {
        var parts = arn.split(":", 6);
        this.clients = clients;
        this.arn = arn;
        this.region = parts[3];
        this.account = parts[4];
        this.name = parts[5];
    }

    String arn() {
        return arn;
    }

    String region() {
        return region;
    }

    boolean isFifo() {
        return name.endsWith(".fifo");
    }

    /// Takes out what is there, or what comes in that time.
    ///
    /// @param wait whole seconds
    List<Message> receive(int most, Duration wait) throws SourceException, InterruptedException {
        return call("ReceiveMessage", sqs -> sqs.receiveMessage(request -> request.queueUrl(url)
                        .maxNumberOfMessages(Math.min(most, MOST))
                        .waitTimeSeconds((int) wait.toSeconds())
                        .messageAttributeNames("All")
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .messages());
    }

    /// For how long a message that was taken out is nobody else's.
    Duration visibility() throws SourceException, InterruptedException {
        var attributes = call("GetQueueAttributes", sqs -> sqs.getQueueAttributes(
                        request -> request.queueUrl(url).attributeNames(QueueAttributeName.VISIBILITY_TIMEOUT))
                .attributes());
        var seconds = attributes.getOrDefault(QueueAttributeName.VISIBILITY_TIMEOUT, "30");
        try {
            return Duration.ofSeconds(Integer.parseInt(seconds));
        } catch (NumberFormatException e) {
            throw new SourceException("The queue's visibility timeout is no number.", e);
        }
    }

    SqsProbe.Waiting waiting() throws SourceException, InterruptedException {
        var attributes = call("GetQueueAttributes", sqs -> sqs.getQueueAttributes(request -> request.queueUrl(url)
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                .attributes());
        return new SqsProbe.Waiting(
                attributes.getOrDefault(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES, "0"),
                attributes.getOrDefault(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE, "0"));
    }

    /// Deletes messages. One whose handle is no longer good has been deleted before, or is another's by now.
    ///
    /// @return those for which it may be tried again
    List<Message> delete(List<Message> messages) throws SourceException, InterruptedException {
        var left = new ArrayList<Message>();
        for (int from = 0; from < messages.size(); from += MOST) {
            var some = messages.subList(from, Math.min(messages.size(), from + MOST));
            var entries = new ArrayList<DeleteMessageBatchRequestEntry>();
            for (int i = 0; i < some.size(); i++) {
                entries.add(DeleteMessageBatchRequestEntry.builder()
                        .id(String.valueOf(i))
                        .receiptHandle(some.get(i).receiptHandle())
                        .build());
            }
            var failed = call("DeleteMessageBatch", sqs -> sqs.deleteMessageBatch(
                            request -> request.queueUrl(url).entries(entries))
                    .failed());
            failed.stream()
                    .filter(entry -> !Boolean.TRUE.equals(entry.senderFault()))
                    .forEach(entry -> left.add(some.get(Integer.parseInt(entry.id()))));
        }
        return left;
    }

    /// Has others see at once what was taken out and is not worked on.
    void giveBack(List<Message> messages) throws SourceException, InterruptedException {
        for (int from = 0; from < messages.size(); from += MOST) {
            var entries = new ArrayList<ChangeMessageVisibilityBatchRequestEntry>();
            for (var message : messages.subList(from, Math.min(messages.size(), from + MOST))) {
                entries.add(ChangeMessageVisibilityBatchRequestEntry.builder()
                        .id(String.valueOf(entries.size()))
                        .receiptHandle(message.receiptHandle())
                        .visibilityTimeout(0)
                        .build());
            }
            var _ = call(
                    "ChangeMessageVisibilityBatch",
                    sqs -> sqs.changeMessageVisibilityBatch(
                            request -> request.queueUrl(url).entries(entries)));
        }
    }

    private <T> T call(String operation, Function<SqsClient, T> action) throws SourceException, InterruptedException {
        try {
            var sqs = clients.get(
                    SQS,
                    region,
                    SqsClient.class,
                    // Whoever counts otherwise than AWS has the messages all the same.
                    (endpoint, at) ->
                            clients.build(SqsClient.builder().checksumValidationEnabled(false), endpoint, at));
            if (url == null) {
                url = sqs.getQueueUrl(request -> request.queueName(name).queueOwnerAWSAccountId(account))
                        .queueUrl();
            }
            return action.apply(sqs);
        } catch (NoClientException e) {
            throw new SourceException(String.valueOf(e.getMessage()), e);
        } catch (SdkException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(operation + " was broken off");
            }
            throw new SourceException(words(operation, e), e);
        }
    }

    /// As Lambda words it.
    private static String words(String operation, SdkException failure) {
        return failure instanceof AwsServiceException of && of.awsErrorDetails() != null
                ? "Error occurred while " + operation + ". SQS Error Code: "
                        + of.awsErrorDetails().errorCode() + ". SQS Error Message: "
                        + of.awsErrorDetails().errorMessage()
                : "Error occurred while " + operation + ": " + failure.getMessage();
    }
}
