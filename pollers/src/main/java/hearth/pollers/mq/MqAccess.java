package hearth.pollers.mq;

import hearth.pollers.SourceException;
import hearth.pollers.secrets.Secret;

/// How a mapping's poller gets at its broker: by what `--broker` says, and by the secret that its settings name.
record MqAccess(MqWork work) {
    private BrokerUrls urls() throws SourceException {
        var arn = work.mapping().source();
        var urls = work.services().brokers().get(arn);
        if (urls == null) {
            throw new SourceException(
                    "Hearth was not told where the broker " + arn + " is: --broker " + arn + "=URL.", null);
        }
        return urls;
    }

    Engine engine() throws SourceException {
        return urls().engine();
    }

    /// Connects, with what the secret says now, to the first of the broker's nodes that lets it.
    ///
    /// @throws SourceException that says what keeps it from the last one, or what to do about what is missing
    BrokerConnection<?> connect() throws SourceException, InterruptedException {
        var urls = urls();
        var rules = work.rules();
        if (rules.secret().isEmpty()) {
            throw new SourceException("The mapping names no BASIC_AUTH.", null);
        }
        var secret = work.services()
                .secrets()
                .get(rules.secret(), work.mapping().function().account());
        var problem = Problems.connection();
        for (var url : urls.urls()) {
            try {
                return open(urls.engine(), url, secret);
            } catch (SourceException e) {
                problem = e;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        throw problem;
    }

    private BrokerConnection<?> open(Engine engine, String url, Secret secret)
            throws SourceException, InterruptedException {
        return switch (engine) {
            case ACTIVEMQ -> ActiveMqConnection.open(url, work, secret);
            case RABBITMQ -> RabbitMqConnection.open(url, work, secret);
        };
    }
}
