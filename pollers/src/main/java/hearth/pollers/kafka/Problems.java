package hearth.pollers.kafka;

import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.jspecify.annotations.Nullable;

/// What keeps a client from its cluster, as Lambda words it ("Troubleshooting Kafka event source mapping errors" of its
/// guide). The client's own words may have secrets in them.
final class Problems {
    static final String CONNECTION = "Connection error. Please check your event source connection configuration.";

    private Problems() {}

    static String words(Throwable failure) {
        for (@Nullable Throwable each = failure; each != null; each = each.getCause()) {
            switch (each) {
                case SaslAuthenticationException _, UnsupportedSaslMechanismException _ -> {
                    return "SASL authentication failed.";
                }
                case AuthorizationException _ -> {
                    return "Cluster failed to authorize Lambda.";
                }
                case SslAuthenticationException tls -> {
                    return isOfServer(tls)
                            ? "Lambda failed to authenticate server."
                            : "Server failed to authenticate Lambda.";
                }
                case InvalidConfigurationException _ -> {
                    return "Provided certificate or private key is invalid.";
                }
                case ConfigException _ -> {
                    return CONNECTION;
                }
                default -> {}
            }
        }
        return CONNECTION;
    }

    /// Whether it is the server's certificate that is not trusted.
    private static boolean isOfServer(SslAuthenticationException failure) {
        for (@Nullable Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof java.security.cert.CertificateException
                    || each instanceof java.security.cert.CertPathBuilderException) {
                return true;
            }
        }
        return false;
    }
}
