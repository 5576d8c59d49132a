package hearth.server.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The header fields of a request, in the order they came. Names are in lower case.
///
/// Values hold one character per byte (ISO 8859-1), so that a signature can be made over the bytes that were sent.
public final class Headers {
    private @Nullable String[] fields = new @Nullable String[32];
    private int length;

    /// Adds a field; the name must be in lower case.
    public void add(String name, String value) {
        if (length == fields.length) {
            fields = Arrays.copyOf(fields, length * 2);
        }
        fields[length++] = name;
        fields[length++] = value;
    }

    /// The first value of a field.
    public Optional<String> first(String name) {
        for (int i = 0; i < length; i += 2) {
            if (name.equals(fields[i])) {
                return Optional.of(at(i + 1));
            }
        }
        return Optional.empty();
    }

    /// As `first`, for names that are written as documents do.
    public Optional<String> firstIgnoringCase(String name) {
        return first(name.toLowerCase(Locale.ROOT));
    }

    public List<String> all(String name) {
        var values = new ArrayList<String>(1);
        for (int i = 0; i < length; i += 2) {
            if (name.equals(fields[i])) {
                values.add(at(i + 1));
            }
        }
        return values;
    }

    /// Every field, in order.
    public void forEach(BiConsumer<String, String> action) {
        for (int i = 0; i < length; i += 2) {
            action.accept(at(i), at(i + 1));
        }
    }

    /// Whether a comma-separated field has this element, compared without regard to case.
    public boolean hasToken(String name, String token) {
        for (int i = 0; i < length; i += 2) {
            if (name.equals(fields[i])) {
                for (var element : at(i + 1).split(",")) {
                    if (element.strip().equalsIgnoreCase(token)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /// How many fields there are, repeated ones counted each time.
    public int size() {
        return length / 2;
    }

    private String at(int index) {
        var field = fields[index];
        if (field == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return field;
    }
}
