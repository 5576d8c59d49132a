package hearth.model.worker;

/// A worker's name in its cluster.
public record WorkerId(String value) {
    @Override
    public String toString() {
        return value;
    }
}
