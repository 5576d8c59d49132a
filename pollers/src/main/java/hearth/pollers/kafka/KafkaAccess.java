package hearth.pollers.kafka;

import hearth.model.api.SourceAccessConfiguration;
import hearth.pollers.PolledMapping;
import hearth.pollers.SourceException;
import hearth.pollers.secrets.Secret;
import hearth.pollers.secrets.Secrets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;

/// How a mapping's clients get at its cluster: the brokers, and the secrets that its settings name.
///
/// @param brokers `HOST:PORT`, with commas; empty when nobody has said where a cluster of Amazon MSK is
record KafkaAccess(PolledMapping mapping, String brokers, Secrets secrets) {
    private static final String BOOTSTRAP = "KAFKA_BOOTSTRAP_SERVERS";

    static KafkaAccess of(PolledMapping mapping, KafkaServices services) {
        var own = mapping.settings().selfManagedEventSource();
        if (own == null) {
            return new KafkaAccess(mapping, services.brokers().getOrDefault(mapping.source(), ""), services.secrets());
        }
        var endpoints = Objects.requireNonNullElse(own.endpoints(), Map.<String, List<String>>of());
        return new KafkaAccess(
                mapping, String.join(",", endpoints.getOrDefault(BOOTSTRAP, List.of())), services.secrets());
    }

    /// The settings of any client. They hold what the secrets say now.
    ///
    /// @throws SourceException that says what to do about what is missing
    Map<String, Object> settings() throws SourceException {
        if (hasRegistry()) {
            // The function would get other bytes than it would at AWS.
            throw new SourceException("Hearth does not support SchemaRegistryConfig yet.", null);
        }
        if (brokers.isEmpty()) {
            throw new SourceException(
                    mapping.source().isEmpty()
                            ? "The mapping names no " + BOOTSTRAP + "."
                            : "Hearth was not told where the brokers of " + mapping.source() + " are: --kafka-brokers "
                                    + mapping.source() + "=HOST:PORT.",
                    null);
        }
        var settings = new HashMap<String, Object>();
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, brokers);
        // No MBeans, and nothing told to the brokers of how the client does.
        settings.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        boolean signsIn = false;
        boolean encrypts = false;
        for (var access : Objects.requireNonNullElse(
                mapping.settings().sourceAccessConfigurations(), List.<SourceAccessConfiguration>of())) {
            var type = String.valueOf(access.type());
            var uri = String.valueOf(access.uri());
            switch (type) {
                // Networks are the host's affair.
                case "VPC_SUBNET", "VPC_SECURITY_GROUP" -> {}
                case "BASIC_AUTH" -> {
                    signIn("PLAIN", "plain.PlainLoginModule", secret(uri), settings);
                    signsIn = true;
                }
                case "SASL_SCRAM_256_AUTH" -> {
                    signIn("SCRAM-SHA-256", "scram.ScramLoginModule", secret(uri), settings);
                    signsIn = true;
                }
                case "SASL_SCRAM_512_AUTH" -> {
                    signIn("SCRAM-SHA-512", "scram.ScramLoginModule", secret(uri), settings);
                    signsIn = true;
                }
                case "CLIENT_CERTIFICATE_TLS_AUTH" -> {
                    showCertificate(secret(uri), settings);
                    encrypts = true;
                }
                case "SERVER_ROOT_CA_CERTIFICATE" -> {
                    settings.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
                    settings.put(
                            SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG,
                            new Password(secret(uri).get("certificate")));
                    encrypts = true;
                }
                default -> throw new SourceException("Hearth does not support " + type + " yet.", null);
            }
        }
        settings.put(
                CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, signsIn ? "SASL_SSL" : encrypts ? "SSL" : "PLAINTEXT");
        return settings;
    }

    private boolean hasRegistry() {
        var own = mapping.settings().selfManagedKafkaEventSourceConfig();
        var managed = mapping.settings().amazonManagedKafkaEventSourceConfig();
        return (own != null && own.schemaRegistryConfig() != null)
                || (managed != null && managed.schemaRegistryConfig() != null);
    }

    private Secret secret(String arn) throws SourceException {
        return secrets.get(arn, mapping.function().account());
    }

    private static void signIn(String mechanism, String module, Secret secret, Map<String, Object> settings)
            throws SourceException {
        settings.put(SaslConfigs.SASL_MECHANISM, mechanism);
        settings.put(
                SaslConfigs.SASL_JAAS_CONFIG,
                new Password("org.apache.kafka.common.security." + module + " required username="
                        + quoted(secret.get("username")) + " password=" + quoted(secret.get("password")) + ";"));
    }

    private static void showCertificate(Secret secret, Map<String, Object> settings) throws SourceException {
        settings.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, "PEM");
        settings.put(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, new Password(secret.get("certificate")));
        settings.put(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, new Password(secret.get("privateKey")));
        secret.find("privateKeyPassword")
                .filter(password -> !password.isEmpty())
                .ifPresent(password -> settings.put(SslConfigs.SSL_KEY_PASSWORD_CONFIG, new Password(password)));
    }

    /// As JAAS reads it: what is escaped stands for itself.
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
