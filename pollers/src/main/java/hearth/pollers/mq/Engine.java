package hearth.pollers.mq;

/// What a broker is.
public enum Engine {
    ACTIVEMQ,
    RABBITMQ
}
