package hearth.pollers.mq;

import hearth.pollers.SourceException;
import hearth.pollers.secrets.Secret;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQMessageConsumer;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.RedeliveryPolicy;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQQueue;

/// A connection to ActiveMQ, by OpenWire.
final class ActiveMqConnection implements BrokerConnection<ActiveMQMessage> {
    private static final Logger LOG = System.getLogger(ActiveMqConnection.class.getName());

    private static final Duration ANSWER = Duration.ofSeconds(10);

    /// After how long without a word one end takes the other for gone; the broker, after up to twice that.
    private static final Duration SILENCE = Duration.ofSeconds(4);

    private static final String INACTIVITY = "wireFormat.maxInactivityDuration";

    /// How long a connection is waited for that the mapping's former poller has left behind.
    private static final Duration FORMER = SILENCE.multipliedBy(3);

    /// How often that is looked at.
    private static final Duration LOOK = Duration.ofMillis(200);

    /// The most messages that wait here for their turn. The client asks for more as it hands them out.
    private static final int MOST_WAITING = 1000;

    private final ActiveMQConnection connection;
    private final ActiveMQMessageConsumer consumer;
    private volatile boolean failed;

    private ActiveMqConnection(ActiveMQConnection connection, ActiveMQMessageConsumer consumer) throws JMSException {
        this.connection = connection;
        this.consumer = consumer;
        connection.setExceptionListener(_ -> failed = true);
    }

    /// Connects under a name that is the mapping's alone: the broker refuses that while a connection has it, and so
    /// while messages are out that come before all others.
    static ActiveMqConnection open(String url, MqWork work, Secret secret)
            throws SourceException, InterruptedException {
        var factory = factory(url, work.rules(), secret);
        factory.setClientID("Hearth, mapping " + work.mapping().id().uuid());
        long until = System.nanoTime() + FORMER.toNanos();
        while (true) {
            try {
                return open(factory, work.rules());
            } catch (InvalidClientIDException e) {
                LOG.log(Level.DEBUG, "The broker has another connection of mapping " + work.mapping(), e);
                if (System.nanoTime() - until >= 0 || work.closed().await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw Problems.former();
                }
            }
        }
    }

    private static ActiveMqConnection open(ActiveMQConnectionFactory factory, MqRules rules)
            throws SourceException, InvalidClientIDException {
        ActiveMQConnection connection;
        try {
            connection = (ActiveMQConnection) factory.createConnection();
        } catch (JMSException e) {
            throw problem(e);
        }
        boolean opened = false;
        try {
            connection.start();
            var consumer = consumer(connection, rules);
            var opening = new ActiveMqConnection(connection, consumer);
            opened = true;
            return opening;
        } catch (InvalidClientIDException e) {
            throw e;
        } catch (JMSSecurityException e) {
            throw Problems.authentication();
        } catch (JMSException e) {
            throw problem(e);
        } finally {
            if (!opened) {
                close(connection);
            }
        }
    }

    private static ActiveMQConnectionFactory factory(String url, MqRules rules, Secret secret) throws SourceException {
        ActiveMQConnectionFactory factory;
        try {
            factory = new ActiveMQConnectionFactory(heard(url));
        } catch (IllegalArgumentException e) {
            throw problem(e);
        }
        factory.setUserName(secret.get("username"));
        factory.setPassword(secret.get("password"));
        factory.setConnectResponseTimeout((int) ANSWER.toMillis());
        factory.setSendTimeout((int) ANSWER.toMillis());
        factory.setCloseTimeout((int) ANSWER.toMillis());
        factory.setWatchTopicAdvisories(false);
        // A broker counts a delivery to all that lay here when a process ended: that is no reason to give up a message.
        var redelivery = new RedeliveryPolicy();
        redelivery.setMaximumRedeliveries(RedeliveryPolicy.NO_MAXIMUM_REDELIVERIES);
        factory.setRedeliveryPolicy(redelivery);
        factory.getPrefetchPolicy().setAll(Math.min(rules.batchSize(), MOST_WAITING));
        return factory;
    }

    /// Has both ends notice soon that the other says nothing any more, unless the URL says when.
    private static String heard(String url) {
        return url.contains(INACTIVITY)
                ? url
                : url + (url.contains("?") ? "&" : "?") + INACTIVITY + "=" + SILENCE.toMillis() + "&" + INACTIVITY
                        + "InitalDelay=" + SILENCE.toMillis();
    }

    private static ActiveMQMessageConsumer consumer(ActiveMQConnection connection, MqRules rules)
            throws JMSException, SourceException {
        try {
            var session = connection.createSession(false, ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE);
            return (ActiveMQMessageConsumer) session.createConsumer(new ActiveMQQueue(rules.queue()));
        } catch (JMSSecurityException e) {
            throw Problems.authorization();
        }
    }

    private static SourceException problem(Exception e) {
        LOG.log(Level.DEBUG, "A connection to ActiveMQ met {0}", e.getClass());
        return Problems.connection();
    }

    @Override
    public Optional<MqRecord<ActiveMQMessage>> receive(Duration wait) throws SourceException, InterruptedException {
        if (!isOpen()) {
            throw Problems.connection();
        }
        try {
            long millis = wait.toMillis();
            var message = millis <= 0 ? consumer.receiveNoWait() : consumer.receive(millis);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return Optional.ofNullable((ActiveMQMessage) message).map(ActiveMqMessages::record);
        } catch (JMSException e) {
            if (e.getCause() instanceof InterruptedException) {
                throw new InterruptedException();
            }
            throw problem(e);
        }
    }

    @Override
    public void acknowledge(MqRecord<ActiveMQMessage> record) throws SourceException {
        try {
            record.message().acknowledge();
        } catch (JMSException e) {
            throw problem(e);
        }
    }

    /// The client itself has the broker do that, of what has expired before it is handed out. Later it knows no way.
    @Override
    public void expire(MqRecord<ActiveMQMessage> record) throws SourceException {
        acknowledge(record);
    }

    @Override
    public boolean isOpen() {
        return !failed && !connection.isClosed() && !connection.isTransportFailed();
    }

    @Override
    public void close() {
        close(connection);
    }

    private static void close(ActiveMQConnection connection) {
        try {
            connection.close();
        } catch (JMSException e) {
            LOG.log(Level.DEBUG, "A connection to ActiveMQ ended with {0}", e.getClass());
        }
    }
}
