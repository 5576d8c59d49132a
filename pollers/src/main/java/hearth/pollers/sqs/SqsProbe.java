package hearth.pollers.sqs;

import hearth.events.aws.AwsClients;
import hearth.pollers.SourceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;

/// Asks queues what a new mapping must know of them, and what waits there.
public record SqsProbe(AwsClients clients) {
    private static final Logger LOG = System.getLogger(SqsProbe.class.getName());

    /// How many messages of a queue wait, and how many are taken out and not deleted; about, as SQS says.
    public record Waiting(String visible, String taken) {}

    /// @return empty where SQS does not answer
    public Optional<Waiting> waiting(String queue) {
        try {
            return Optional.of(new Queue(clients, queue).waiting());
        } catch (SourceException e) {
            LOG.log(Level.DEBUG, "Queue {0} cannot be asked: {1}", queue, e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// For what Lambda refuses a mapping of a queue, in its words; empty where it does not, or SQS does not answer.
    ///
    /// @param timeout of the function
    public Optional<String> refusal(String queue, Duration timeout) {
        try {
            var visibility = new Queue(clients, queue).visibility();
            return visibility.compareTo(timeout) < 0
                    ? Optional.of("Queue visibility timeout: " + visibility.toSeconds()
                            + " seconds is less than Function timeout: " + timeout.toSeconds() + " seconds")
                    : Optional.empty();
        } catch (SourceException e) {
            if (e.getCause() instanceof QueueDoesNotExistException) {
                return Optional.of("Error occurred while ReceiveMessage. SQS Error Code:"
                        + " AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not"
                        + " exist.");
            }
            LOG.log(Level.DEBUG, "Queue {0} cannot be asked, and is believed to be there: {1}", queue, e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
