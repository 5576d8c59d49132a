package hearth.pollers.mq;

import hearth.pollers.SourceException;

/// What keeps a poller from its broker, as Lambda words it ("Troubleshoot Amazon MQ event source mapping errors" of its
/// guide, and of Kafka where that is silent). The clients' own words may have secrets in them, and are no cause either.
final class Problems {
    private Problems() {}

    static SourceException connection() {
        return new SourceException("Connection error. Please check your event source connection configuration.", null);
    }

    static SourceException authentication() {
        return new SourceException("Lambda failed to authenticate the event source.", null);
    }

    static SourceException authorization() {
        return new SourceException("Lambda does not have the required permissions to access the event source.", null);
    }

    static SourceException former() {
        return new SourceException(
                "The broker has another connection of this mapping still, which has messages that come first. It is to"
                        + " end connections from which nothing comes (wireFormat.maxInactivityDuration).",
                null);
    }

    static SourceException noQueue(String queue) {
        return new SourceException("The broker has no queue " + queue + ".", null);
    }
}
