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

    /// How often both ends hear of each other. The broker ends a connection from which nothing came two or three times.
    private static final Duration HEARTBEAT = Duration.ofSeconds(3);

    /// How long a connection is waited for that the mapping's former poller has left behind.
    private static final Duration FORMER = HEARTBEAT.multipliedBy(4);

    /// How often that is looked at.
    private static final Duration LOOK = Duration.ofMillis(200);

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

    static RabbitMqConnection open(String url, MqWork work, Secret secret)
            throws SourceException, InterruptedException {
        var rules = work.rules();
        var factory = factory(URI.create(url), rules, secret);
        Connection connection;
        try {
            connection = factory.newConnection(
                    "Hearth, mapping " + work.mapping().id().uuid());
        } catch (PossibleAuthenticationFailureException e) {
            throw Problems.authentication();
        } catch (IOException | TimeoutException e) {
            throw problem(e, rules.queue());
        }
        boolean opened = false;
        try {
            var channel = channelWithoutFormer(connection, work);
            var consuming = new RabbitMqConnection(
                    rules.queue(), connection, channel, work.services().clock());
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

    /// A poller that stands still, or whose host is gone, has messages out that come before all others, until the
    /// broker ends its connection. A consumer that stays longer is somebody else's.
    ///
    /// @return one that may consume
    private static Channel channelWithoutFormer(Connection connection, MqWork work)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + FORMER.toNanos();
        var channel = connection.createChannel();
        while (hasConsumers(channel, work.rules().queue())) {
            if (System.nanoTime() - until >= 0) {
                LOG.log(
                        Level.WARNING,
                        "Queue {0} of mapping {1} has other consumers: its messages are shared out, and run in their"
                                + " order only as far as they come to this one",
                        work.rules().queue(),
                        work.mapping());
                break;
            }
            if (work.closed().await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        // The broker closes a channel by which it was asked what is not for this user to know. None is closed from
        // here: the client would wait for the answer to that without end.
        return channel.isOpen() ? channel : connection.createChannel();
    }

    private static boolean hasConsumers(Channel channel, String queue) throws IOException {
        try {
            return channel.consumerCount(queue) > 0;
        } catch (IOException e) {
            if (reason(e) == AMQP.ACCESS_REFUSED) {
                LOG.log(Level.DEBUG, "Who else consumes " + queue + " is not for this user to know", e);
                return false;
            }
            throw e;
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
        return switch (reason(failure)) {
            case AMQP.NOT_FOUND -> Problems.noQueue(queue);
            case AMQP.ACCESS_REFUSED, AMQP.NOT_ALLOWED -> Problems.authorization();
            default -> Problems.connection();
        };
    }

    /// Why the broker ended a channel or a connection; 0 when it was not the broker.
    private static int reason(Exception failure) {
        var signal = failure instanceof ShutdownSignalException own ? own : failure.getCause();
        return signal instanceof ShutdownSignalException ended
                ? switch (ended.getReason()) {
                    case AMQP.Channel.Close close -> close.getReplyCode();
                    case AMQP.Connection.Close close -> close.getReplyCode();
                    case null, default -> 0;
                }
                : 0;
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
