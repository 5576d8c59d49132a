package hearth.model.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import hearth.model.filter.FilterPattern.Fields;
import hearth.model.filter.FilterPattern.Values;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The members of one record, each read when a pattern first asks for it.
final class RecordMembers implements Members {
    private final RecordSource source;
    private final Set<String> payloadNames;
    private final NamedMembers named;
    private final SourceRecord candidate;
    private final Map<String, Payload> payloads = new HashMap<>();
    private @Nullable Map<String, EventValue> metadata;

    RecordMembers(RecordSource source, NamedMembers named, SourceRecord candidate) {
        this.source = source;
        this.payloadNames = source.payloads();
        this.named = named;
        this.candidate = candidate;
    }

    /// What a sender wrote.
    private sealed interface Payload {
        record Missing() implements Payload {}

        /// An object or an array. A number or a text in quotes is plain text to a filter, which could not look
        /// into it.
        record Json(EventValue value) implements Payload {}

        record PlainText(EventValue value) implements Payload {}

        /// It is no UTF-8.
        record Binary() implements Payload {}
    }

    @Override
    public Outcome outcome(String name, FilterPattern pattern) {
        return payloadNames.contains(name)
                ? payload(pattern, payloads.computeIfAbsent(name, this::payload))
                : Matching.pattern(pattern, metadata().getOrDefault(name, EventValue.MISSING));
    }

    private Outcome payload(FilterPattern pattern, Payload payload) {
        return switch (payload) {
            case Payload.Missing _ -> Matching.pattern(pattern, EventValue.MISSING);
            case Payload.Json(var value) when pattern instanceof Fields -> Matching.pattern(pattern, value);
            case Payload.PlainText(var value)
            when pattern instanceof Values && source.filtersPlainText() -> Matching.pattern(pattern, value);
            case Payload.Json _, Payload.PlainText _, Payload.Binary _ -> source.onMismatch();
        };
    }

    private Payload payload(String name) {
        var written = candidate.payload(name);
        if (written.isEmpty()) {
            return new Payload.Missing();
        }
        return text(written.get()).map(text -> payload(name, text)).orElseGet(Payload.Binary::new);
    }

    private Payload payload(String name, String text) {
        var within = Objects.requireNonNull(named.members().get(name));
        return EventReader.read(text, within)
                .<Payload>map(Payload.Json::new)
                .orElseGet(() -> new Payload.PlainText(EventValue.text(text)));
    }

    private static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private Map<String, EventValue> metadata() {
        var known = metadata;
        if (known == null) {
            known = EventReader.read(new String(candidate.metadata(), UTF_8), named.without(payloadNames))
                    .map(read -> read.objects().getFirst())
                    .orElseThrow(() -> new IllegalArgumentException("A record's metadata is no JSON"));
            metadata = known;
        }
        return known;
    }
}
