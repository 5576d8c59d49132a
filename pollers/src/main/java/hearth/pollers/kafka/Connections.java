package hearth.pollers.kafka;

import hearth.pollers.Status;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/// Looks whether a client has connections: it says nothing of brokers that are away. Of one thread.
final class Connections {
    private static final long LOOK = Duration.ofSeconds(1).toNanos();

    private final Status status;
    private long looked = System.nanoTime();
    private int unconnected;

    Connections(Status status) {
        this.status = status;
    }

    /// Once a second, and does nothing else.
    void look(Map<MetricName, ? extends Metric> metrics) {
        long now = System.nanoTime();
        if (now - looked < LOOK) {
            return;
        }
        looked = now;
        boolean connected = metrics.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals("connection-count"))
                .map(entry -> entry.getValue().metricValue())
                .anyMatch(count -> count instanceof Number number && number.doubleValue() > 0);
        unconnected = connected ? 0 : unconnected + 1;
        if (unconnected > 1) {
            status.sourceFails(Problems.CONNECTION);
        } else if (connected) {
            status.sourceAnswers();
        }
    }
}
