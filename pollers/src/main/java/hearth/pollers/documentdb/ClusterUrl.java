package hearth.pollers.documentdb;

import com.mongodb.ConnectionString;
import java.util.Optional;

/// Where a cluster of DocumentDB is: a connection string of MongoDB, such as
/// `mongodb://HOST:27017/?tls=true&replicaSet=rs0`.
public record ClusterUrl(String text) {
    /// @return empty of anything else, users and passwords in it among that
    public static Optional<ClusterUrl> parse(String text) {
        try {
            return new ConnectionString(text).getCredential() == null
                    ? Optional.of(new ClusterUrl(text))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
