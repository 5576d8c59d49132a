package hearth.server;

import hearth.pollers.documentdb.ClusterUrl;
import hearth.pollers.mq.BrokerUrls;
import java.nio.file.Path;
import java.util.Map;

/// What pollers are told of the sources of mappings, beside what the mappings say.
///
/// @param secrets the files with the JSON of secrets, by the secrets' ARNs (`--secret`)
/// @param kafkaBrokers the brokers of clusters of Amazon MSK, by the clusters' ARNs: `HOST:PORT`, with commas
///     (`--kafka-brokers`)
/// @param brokers where brokers of Amazon MQ are, by their ARNs (`--broker`)
/// @param documentDb where clusters of DocumentDB are, by their ARNs (`--document-db`)
public record SourcesConfig(
        Map<String, Path> secrets,
        Map<String, String> kafkaBrokers,
        Map<String, BrokerUrls> brokers,
        Map<String, ClusterUrl> documentDb) {
    public static final SourcesConfig NONE = new SourcesConfig(Map.of(), Map.of(), Map.of(), Map.of());

    public SourcesConfig {
        secrets = Map.copyOf(secrets);
        kafkaBrokers = Map.copyOf(kafkaBrokers);
        brokers = Map.copyOf(brokers);
        documentDb = Map.copyOf(documentDb);
    }
}
