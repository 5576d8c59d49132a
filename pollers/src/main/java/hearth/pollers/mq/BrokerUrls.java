package hearth.pollers.mq;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Where a broker is: the URLs of its nodes, of which one after the other is tried.
public record BrokerUrls(Engine engine, List<String> urls) {
    /// ActiveMQ's form of several URLs. Its options are those of a transport that is not used: it connects again by
    /// itself, and would acknowledge on one connection what came by another.
    private static final Pattern FAILOVER = Pattern.compile("failover:(?://)?\\(([^()]*)\\)(?:\\?.*)?");

    private static final Pattern ACTIVEMQ = Pattern.compile("(?:tcp|ssl)://[^/@?\\s]+(?:[/?][^@\\s]*)?");
    private static final Pattern RABBITMQ = Pattern.compile("amqps?://[^/@?\\s]+(?::\\d+)?/?");

    /// Of URLs that say none.
    private static final Map<String, Integer> PORTS = Map.of("tcp", 61616, "ssl", 61617, "amqp", 5672, "amqps", 5671);

    public BrokerUrls {
        urls = List.copyOf(urls);
    }

    /// `HOST:PORT` of its nodes.
    public List<String> nodes() {
        return urls.stream()
                .map(URI::create)
                .map(url -> url.getPort() >= 0
                        ? url.getHost() + ":" + url.getPort()
                        : url.getHost() + ":" + PORTS.getOrDefault(url.getScheme(), 0))
                .toList();
    }

    /// @param text `amqp://`, `amqps://`, `tcp://` or `ssl://`, several with commas, or `failover:(…)`
    /// @return empty of anything else, users and passwords in URLs among it
    public static Optional<BrokerUrls> parse(String text) {
        var failover = FAILOVER.matcher(text);
        var urls = Stream.of((failover.matches() ? failover.group(1) : text).split(",", -1))
                .map(String::strip)
                .toList();
        if (urls.stream().allMatch(url -> ACTIVEMQ.matcher(url).matches())) {
            return Optional.of(new BrokerUrls(Engine.ACTIVEMQ, urls));
        }
        return urls.stream().allMatch(url -> RABBITMQ.matcher(url).matches())
                ? Optional.of(new BrokerUrls(Engine.RABBITMQ, urls))
                : Optional.empty();
    }
}
