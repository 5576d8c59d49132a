package hearth.control;

import hearth.control.code.ObjectStore;
import hearth.control.code.S3Object;
import java.util.HashMap;
import java.util.Map;

/// An S3 in memory, whose buckets keep every version of an object.
final class Bucket implements ObjectStore {
    private final Map<S3Object, byte[]> versions = new HashMap<>();
    private final Map<String, String> newest = new HashMap<>();

    /// Whether anybody answers.
    boolean reachable = true;

    /// Whether answers tell versions.
    boolean versioned = true;

    synchronized void put(String key, String version, byte[] content) {
        versions.put(new S3Object("code", key, version), content);
        newest.put(key, version);
    }

    synchronized void delete(String key, String version) {
        versions.remove(new S3Object("code", key, version));
    }

    @Override
    public synchronized Answer get(S3Object object, long limit) {
        if (!reachable) {
            return new Answer.Unreachable("nobody listens");
        }
        var version = object.version() == null ? newest.get(object.key()) : object.version();
        var content = versions.get(new S3Object(object.bucket(), object.key(), version));
        if (content == null) {
            return new Answer.Refused("NoSuchVersion", "The specified version does not exist.");
        }
        return content.length < limit ? new Answer.Found(content, versioned ? version : null) : new Answer.TooLarge();
    }
}
