package hearth.pollers.documentdb;

import com.mongodb.ConnectionString;
import java.util.List;
import java.util.Optional;

/// Where a cluster of DocumentDB is: a connection string of MongoDB, such as
/// `mongodb://HOST:27017/?tls=true&replicaSet=rs0`.
public record ClusterUrl(String text) {
    /// `HOST:PORT` of its servers; none where names are looked up in the DNS (`mongodb+srv`).
    public List<String> servers() {
        var parsed = new ConnectionString(text);
        return parsed.isSrvProtocol()
                ? List.of()
                : parsed.getHosts().stream()
                        .map(host -> host.contains(":") ? host : host + ":27017")
                        .toList();
    }

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
