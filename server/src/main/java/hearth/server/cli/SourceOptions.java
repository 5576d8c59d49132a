package hearth.server.cli;

import hearth.pollers.documentdb.ClusterUrl;
import hearth.pollers.mq.BrokerUrls;
import hearth.server.SourcesConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The options of `hearth up` that tell of the sources of mappings what the mappings themselves do not say.
final class SourceOptions {
    private static final Option SECRET = Option.list(
                    "--secret",
                    "ARN=FILE",
                    "A secret that mappings name by its ARN, and the file with its JSON, such as"
                            + " {\"username\":\"…\",\"password\":\"…\"}; others are asked for at --endpoint"
                            + " secretsmanager=URL; repeatable")
            .orEnvironment("HEARTH_SECRET");
    private static final Option KAFKA_BROKERS = Option.list(
                    "--kafka-brokers",
                    "ARN=HOST:PORT,…",
                    "Where the brokers of a cluster of Amazon MSK are; repeatable")
            .orEnvironment("HEARTH_KAFKA_BROKERS");

    private static final Option BROKER = Option.list(
                    "--broker",
                    "ARN=URL",
                    "Where a broker of Amazon MQ is: tcp://, ssl:// or failover:(…) of ActiveMQ, amqp:// or amqps:// of"
                            + " RabbitMQ; repeatable")
            .orEnvironment("HEARTH_BROKER");
    private static final String BROKER_EXAMPLE =
            "arn:aws:mq:us-east-1:000000000000:broker:orders:b-1=amqp://127.0.0.1:5672";

    private static final Option DOCUMENT_DB = Option.list(
                    "--document-db",
                    "ARN=URL",
                    "Where a cluster of DocumentDB is: mongodb://HOST:PORT,…/?OPTION=VALUE; repeatable")
            .orEnvironment("HEARTH_DOCUMENT_DB");
    private static final String DOCUMENT_DB_EXAMPLE =
            "arn:aws:rds:us-east-1:000000000000:cluster:orders=mongodb://127.0.0.1:27017/?replicaSet=rs0";

    static final List<Option> ALL = List.of(SECRET, KAFKA_BROKERS, BROKER, DOCUMENT_DB);

    private SourceOptions() {}

    static SourcesConfig config(Arguments arguments) {
        var secrets = new LinkedHashMap<String, Path>();
        assigned(arguments, SECRET, "arn:aws:secretsmanager:us-east-1:000000000000:secret:kafka-AbCdEf=kafka.json")
                .forEach((arn, file) -> secrets.put(arn, Path.of(file).toAbsolutePath()));
        return new SourcesConfig(
                secrets,
                assigned(
                        arguments,
                        KAFKA_BROKERS,
                        "arn:aws:kafka:us-east-1:000000000000:cluster/orders/uuid=127.0.0.1:9092"),
                brokers(arguments),
                documentDb(arguments));
    }

    private static Map<String, ClusterUrl> documentDb(Arguments arguments) {
        var clusters = new LinkedHashMap<String, ClusterUrl>();
        assigned(arguments, DOCUMENT_DB, DOCUMENT_DB_EXAMPLE)
                .forEach((arn, text) -> clusters.put(
                        arn,
                        // What is wrong with it may be a password.
                        ClusterUrl.parse(text)
                                .orElseThrow(() -> new UsageException(DOCUMENT_DB.name() + " is such as "
                                        + DOCUMENT_DB_EXAMPLE + ", without user and password; that of " + arn
                                        + " is not"))));
        return clusters;
    }

    private static Map<String, BrokerUrls> brokers(Arguments arguments) {
        var brokers = new LinkedHashMap<String, BrokerUrls>();
        assigned(arguments, BROKER, BROKER_EXAMPLE)
                .forEach((arn, text) -> brokers.put(
                        arn,
                        // What is wrong with it may be a password.
                        BrokerUrls.parse(text)
                                .orElseThrow(() -> new UsageException(BROKER.name() + " is such as " + BROKER_EXAMPLE
                                        + ", without user and password; that of " + arn + " is not"))));
        return brokers;
    }

    /// What is assigned to ARNs. A value without an ARN is one more of the ARN before it.
    private static Map<String, String> assigned(Arguments arguments, Option option, String example) {
        var assigned = new LinkedHashMap<String, String>();
        var arn = "";
        for (var assignment : arguments.list(option)) {
            int equals = assignment.indexOf('=');
            int scheme = assignment.indexOf("://");
            boolean isMoreOfAList =
                    assigned.getOrDefault(arn, "").startsWith("mongodb") && !assignment.startsWith("arn:");
            if ((scheme >= 0 && scheme < equals) || isMoreOfAList) {
                // One more URL or host, with options of its own.
                equals = -1;
            }
            if (equals > 0) {
                arn = assignment.substring(0, equals).strip();
            }
            var value = assignment.substring(equals + 1).strip();
            if (!arn.startsWith("arn:") || value.isEmpty()) {
                throw new UsageException(option.name() + " is such as " + example + ", and not " + assignment);
            }
            assigned.merge(arn, value, (before, more) -> before + "," + more);
        }
        return assigned;
    }
}
