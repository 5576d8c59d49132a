package hearth.pollers.mq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import hearth.pollers.SourceException;
import hearth.pollers.secrets.Secret;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/// A connection to RabbitMQ, by AMQP 0-9-1, with one channel.
final class RabbitMqConnection implements BrokerConnection<Delivery> {
    private static final Logger LOG = System.getLogger(RabbitMqConnection.class.getName());

    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration HEARTBEAT = Duration.ofSeconds(20);

    /// The most unacknowledged messages that a channel can be told to have.
    private static final int MOST = 65_535;

    private final String queue;
    private final Connection connection;
    private final Channel channel;
    private final InstantSource clock;

    /// What has come; an empty one when nothing more will.
    private final BlockingQueue<Optional<Delivery>> deliveries = new LinkedBlockingQueue<>();

    private volatile boolean cancelled;

    private RabbitMqConnection(String queue, Connection connection, Channel channel, InstantSource clock) {
        this.queue = queue;
        this.connection = connection;
        this.channel = channel;
        this.clock = clock;
    }

    /// @param name that RabbitMQ shows of the connection
    static RabbitMqConnection open(String url, MqRules rules, Secret secret, String name, InstantSource clock)
            throws SourceException {
        var factory = factory(URI.create(url), rules, secret);
        Connection connection;
        try {
            connection = factory.newConnection(name);
        } catch (PossibleAuthenticationFailureException e) {
            throw Problems.authentication();
        } catch (IOException | TimeoutException e) {
            throw problem(e, rules.queue());
        }
        boolean opened = false;
        try {
            var channel = connection.createChannel();
            var consuming = new RabbitMqConnection(rules.queue(), connection, channel, clock);
            channel.basicQos(Math.min(rules.batchSize(), MOST));
            channel.basicConsume(rules.queue(), false, consuming.new Consumer(channel));
            opened = true;
            return consuming;
        } catch (IOException | ShutdownSignalException e) {
            throw problem(e, rules.queue());
        } finally {
            if (!opened) {
                connection.abort((int) ANSWER.toMillis());
            }
        }
    }

    private static ConnectionFactory factory(URI url, MqRules rules, Secret secret) throws SourceException {
        var factory = new ConnectionFactory();
        factory.setHost(url.getHost());
        if (url.getPort() >= 0) {
            factory.setPort(url.getPort());
        }
        factory.setVirtualHost(rules.virtualHost());
        factory.setUsername(secret.get("username"));
        factory.setPassword(secret.get("password"));
        // It would go on with deliveries of a channel that is no more.
        factory.setAutomaticRecoveryEnabled(false);
        factory.setConnectionTimeout((int) ANSWER.toMillis());
        factory.setHandshakeTimeout((int) ANSWER.toMillis());
        factory.setChannelRpcTimeout((int) ANSWER.toMillis());
        factory.setRequestedHeartbeat((int) HEARTBEAT.toSeconds());
        factory.setThreadFactory(
                task -> Thread.ofPlatform().daemon().name("client of RabbitMQ").unstarted(task));
        if (url.getScheme().equals("amqps")) {
            try {
                factory.useSslProtocol(SSLContext.getDefault());
            } catch (NoSuchAlgorithmException e) {
                throw problem(e, rules.queue());
            }
            factory.enableHostnameVerification();
        }
        return factory;
    }

    private static SourceException problem(Exception failure, String queue) {
        LOG.log(Level.DEBUG, "A connection to RabbitMQ met {0}", failure.getClass());
        var signal = failure instanceof ShutdownSignalException own ? own : failure.getCause();
        if (signal instanceof ShutdownSignalException ended) {
            int code =
                    switch (ended.getReason()) {
                        case AMQP.Channel.Close close -> close.getReplyCode();
                        case AMQP.Connection.Close close -> close.getReplyCode();
                        case null, default -> 0;
                    };
            switch (code) {
                case AMQP.NOT_FOUND -> {
                    return Problems.noQueue(queue);
                }
                case AMQP.ACCESS_REFUSED, AMQP.NOT_ALLOWED -> {
                    return Problems.authorization();
                }
                default -> {}
            }
        }
        return Problems.connection();
    }

    /// Of the client's threads.
    private final class Consumer extends DefaultConsumer {
        Consumer(Channel channel) {
            super(channel);
        }

        @Override
        public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
            deliveries.add(Optional.of(new Delivery(envelope, properties, body)));
        }

        /// The queue was deleted, or has moved.
        @Override
        public void handleCancel(String tag) {
            cancelled = true;
            deliveries.add(Optional.empty());
        }

        @Override
        public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
            deliveries.add(Optional.empty());
        }
    }

    @Override
    public Optional<MqRecord<Delivery>> receive(Duration wait) throws SourceException, InterruptedException {
        requireOpen();
        var next = deliveries.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
        requireOpen();
        return next == null || next.isEmpty()
                ? Optional.empty()
                : Optional.of(RabbitMqMessages.record(next.get(), clock.instant()));
    }

    private void requireOpen() throws SourceException {
        if (cancelled) {
            throw Problems.noQueue(queue);
        }
        if (!channel.isOpen()) {
            throw Problems.connection();
        }
    }

    @Override
    public void acknowledge(MqRecord<Delivery> record) throws SourceException {
        try {
            channel.basicAck(record.message().getEnvelope().getDeliveryTag(), false);
        } catch (IOException | AlreadyClosedException e) {
            throw problem(e, queue);
        }
    }

    @Override
    public void expire(MqRecord<Delivery> record) throws SourceException {
        try {
            channel.basicReject(record.message().getEnvelope().getDeliveryTag(), false);
        } catch (IOException | AlreadyClosedException e) {
            throw problem(e, queue);
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen() && !cancelled;
    }

    @Override
    public void close() {
        connection.abort((int) ANSWER.toMillis());
    }
}
