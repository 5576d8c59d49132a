package hearth.conformance;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.Broker;
import org.apache.activemq.broker.BrokerFilter;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.ConnectionContext;
import org.apache.activemq.broker.SslContext;
import org.apache.activemq.broker.region.DestinationStatistics;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter;

/// A broker of ActiveMQ's own, in this process, for those who sign in; its queues are on the disk.
public final class ActiveMqBroker implements AutoCloseable {
    public static final String USER = "app";
    public static final String PASSWORD = "pass \"word\" \\2";

    private final Path folder;
    private final int port;
    private final Optional<Tls> tls;
    private BrokerService broker;

    /// @param keys a store of PKCS 12
    private record Tls(int port, Path keys, String password) {
        SslContext context() throws GeneralSecurityException, IOException {
            var store = KeyStore.getInstance(keys.toFile(), password.toCharArray());
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, password.toCharArray());
            return new SslContext(managers.getKeyManagers(), null, null);
        }
    }

    private ActiveMqBroker(Path folder, int port, Optional<Tls> tls) {
        this.folder = folder;
        this.port = port;
        this.tls = tls;
        this.broker = launch();
    }

    public static ActiveMqBroker start() {
        try {
            return new ActiveMqBroker(TestServer.temporaryFolder(), Haproxy.freePort(), Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One that is open at a second port, by TLS.
    ///
    /// @param keys a store of PKCS 12 with the broker's key
    static ActiveMqBroker startWithTls(Path keys, String password) throws IOException {
        return new ActiveMqBroker(
                TestServer.temporaryFolder(),
                Haproxy.freePort(),
                Optional.of(new Tls(Haproxy.freePort(), keys, password)));
    }

    private BrokerService launch() {
        var store = new KahaDBPersistenceAdapter();
        store.setDirectory(folder.toFile());
        store.setJournalMaxFileLength(16 << 20);
        try {
            var service = new BrokerService();
            service.setBrokerName("orders");
            service.setUseJmx(false);
            service.setUseShutdownHook(false);
            service.setPersistenceAdapter(store);
            service.setPlugins(new BrokerPlugin[] {SignedIn::new});
            service.addConnector(url());
            if (tls.isPresent()) {
                service.setSslContext(tls.get().context());
                service.addConnector(tlsUrl());
            }
            service.start();
            service.waitUntilStarted();
            return service;
        } catch (Exception e) {
            throw new IllegalStateException("The broker did not start", e);
        }
    }

    /// Lets in whom `SimpleAuthenticationPlugin` would, which brings much with it.
    private static final class SignedIn extends BrokerFilter {
        SignedIn(Broker next) {
            super(next);
        }

        @Override
        public void addConnection(ConnectionContext context, ConnectionInfo info) throws Exception {
            if (!USER.equals(info.getUserName()) || !PASSWORD.equals(info.getPassword())) {
                throw new SecurityException("User name [" + info.getUserName() + "] or password is invalid.");
            }
            super.addConnection(context, info);
        }
    }

    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    String tlsUrl() {
        return "ssl://127.0.0.1:" + tls.orElseThrow().port();
    }

    void stop() {
        try {
            broker.stop();
            broker.waitUntilStopped();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    void startAgain() {
        broker = launch();
    }

    /// Makes messages, and sends them.
    @FunctionalInterface
    interface Sending {
        void to(Session session, MessageProducer producer) throws JMSException;
    }

    void send(String queue, Sending sending) {
        try (var connection = new ActiveMQConnectionFactory(USER, PASSWORD, url()).createConnection();
                var session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                var producer = session.createProducer(new ActiveMQQueue(queue))) {
            sending.to(session, producer);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    public void send(String queue, String... texts) {
        send(queue, (session, producer) -> {
            for (var text : texts) {
                producer.send(session.createTextMessage(text));
            }
        });
    }

    void sendBytes(String queue, byte[] bytes, Map<String, Object> properties) {
        send(queue, (session, producer) -> {
            BytesMessage message = session.createBytesMessage();
            message.writeBytes(bytes);
            for (var property : properties.entrySet()) {
                message.setObjectProperty(property.getKey(), property.getValue());
            }
            producer.send(message);
        });
    }

    /// How many messages a queue has, those among them that are in work.
    long depth(String queue) {
        return statistics(queue).getMessages().getCount();
    }

    /// How many are with consumers.
    long inWork(String queue) {
        return statistics(queue).getInflight().getCount();
    }

    long consumers(String queue) {
        return statistics(queue).getConsumers().getCount();
    }

    private DestinationStatistics statistics(String queue) {
        try {
            return broker.getDestination(new ActiveMQQueue(queue)).getDestinationStatistics();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
