package hearth.pollers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/// What a function with `ReportBatchItemFailures` says of its batch: `{"batchItemFailures":[{"itemIdentifier":"…"}]}`.
///
/// Nothing, `null`, `{}` and an empty list say that all is well; whatever else is not of that form, or names what was
/// not in the batch, that nothing is (spec, control-plane.md §11, "Failure handling").
public final class FailedItems {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String LIST = "batchItemFailures";
    private static final String ITEM = "itemIdentifier";

    private FailedItems() {}

    /// Which items failed.
    ///
    /// @param batch the identifiers of all
    /// @return empty when the whole batch did
    public static Optional<Set<String>> of(byte[] answer, Set<String> batch) {
        return of(answer, batch, false);
    }

    /// The same of records of Kafka, whose identifiers are such as `{"partition":"orders-0","offset":7}`.
    ///
    /// @param batch the identifiers of all: `orders-0@7`
    public static Optional<Set<String>> ofPartitions(byte[] answer, Set<String> batch) {
        return of(answer, batch, true);
    }

    private static Optional<Set<String>> of(byte[] answer, Set<String> batch, boolean offsets) {
        try (var parser = JSON.createParser(answer)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                // An answer of another kind has no such list.
                return Optional.of(Set.of());
            }
            Optional<Set<String>> failed = Optional.of(Set.of());
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isList = parser.currentName().equals(LIST);
                var value = parser.nextToken();
                if (!isList) {
                    parser.skipChildren();
                } else {
                    failed = value == JsonToken.VALUE_NULL ? Optional.of(Set.of()) : list(parser, batch, offsets);
                    if (failed.isEmpty()) {
                        return failed;
                    }
                }
            }
            return failed;
        } catch (IOException e) {
            // The runtime posts what it likes; what is no JSON says nothing that could be acted on.
            return Optional.empty();
        }
    }

    private static Optional<Set<String>> list(JsonParser parser, Set<String> batch, boolean offsets)
            throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return Optional.empty();
        }
        var failed = new LinkedHashSet<String>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            var item = item(parser, offsets);
            if (item.isEmpty() || !batch.contains(item)) {
                return Optional.empty();
            }
            failed.add(item);
        }
        return Optional.of(failed);
    }

    /// @return empty of what is no item
    private static String item(JsonParser parser, boolean offsets) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return "";
        }
        var found = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean isItem = parser.currentName().equals(ITEM);
            var value = parser.nextToken();
            if (isItem && offsets && value == JsonToken.START_OBJECT) {
                found = offset(parser);
            } else if (isItem && !offsets && value == JsonToken.VALUE_STRING) {
                found = parser.getText();
            }
            parser.skipChildren();
        }
        return found;
    }

    /// @return empty of what names no offset of a partition
    private static String offset(JsonParser parser) throws IOException {
        var partition = "";
        var offset = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            var value = parser.nextToken();
            if (name.equals("partition") && value == JsonToken.VALUE_STRING) {
                partition = parser.getText();
            } else if (name.equals("offset") && value == JsonToken.VALUE_NUMBER_INT) {
                offset = parser.getText();
            }
            parser.skipChildren();
        }
        return partition.isEmpty() || offset.isEmpty() ? "" : partition + "@" + offset;
    }
}
