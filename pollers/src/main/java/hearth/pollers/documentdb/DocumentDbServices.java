package hearth.pollers.documentdb;

import hearth.pollers.secrets.Secrets;
import hearth.pollers.streams.StreamServices;
import java.util.Map;

/// What all pollers of DocumentDB work with.
///
/// @param clusters where they are, by their ARNs
public record DocumentDbServices(Map<String, ClusterUrl> clusters, Secrets secrets, StreamServices streams) {}
