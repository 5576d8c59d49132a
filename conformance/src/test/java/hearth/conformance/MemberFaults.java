package hearth.conformance;

import hearth.conformance.ApiModel.Member;
import hearth.conformance.ApiModel.Operation;
import hearth.conformance.Fault.Expected;
import hearth.conformance.Fault.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/// Breaks each constraint that the model has for the members of a request, one at a time, however deep they lie.
final class MemberFaults {
    /// Texts of such a length are what limits of the request's size are for.
    private static final long LONGEST = 20_000;

    /// Texts of more characters are printed in part.
    private static final int PRINTED = 8_000;

    /// What is a key of a map has no other type than text.
    private static final String KEY = "key";

    private static final List<String> UNLIKELY = List.of("!", "a b", "..", "é", "#a", "-:-", "/ /", "");

    private final ApiModel model;
    private final ValidRequests valid;
    private final Random random;
    private final Operation operation;
    private final List<Fault> faults = new ArrayList<>();

    MemberFaults(ApiModel model, ValidRequests valid, Random random, Operation operation) {
        this.model = model;
        this.valid = valid;
        this.random = random;
        this.operation = operation;
    }

    /// Makes a request in which one spot has this value, or none.
    private interface Spot {
        Draft with(Optional<Object> value);
    }

    /// Where a value stands.
    ///
    /// @param name of the parameter, where it has a limit of its own kind
    /// @param path as error texts spell it
    /// @param inBody whether it is JSON
    private record Place(String name, String path, boolean inBody, String location) {
        String at() {
            return " at '" + path + "' failed to satisfy constraint: ";
        }
    }

    List<Fault> all() {
        var input = operation.input().orElseThrow();
        var payload = model.payload(input);
        for (var member : model.members(input)) {
            // The body as a whole is what the function makes of it.
            if (payload.isEmpty() || !payload.get().equals(member.name())) {
                var place = new Place(
                        member.name(), path(member.name()), member.location().isEmpty(), member.location());
                member(member, place, value -> valid.with(operation, Map.of(member.name(), value)));
            }
        }
        return faults;
    }

    private static String path(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    private void add(Kind kind, Place place, String shape, Draft draft, Expected expected) {
        var told = place.name().equals("MaxItems") && kind != Kind.MISSING ? Kind.BAD_MAX_ITEMS : kind;
        faults.add(new Fault(operation, told, place.path(), shape, draft, expected));
    }

    private void member(Member member, Place place, Spot spot) {
        if (member.required() && !member.location().equals("uri")) {
            add(
                    Kind.MISSING,
                    place,
                    member.shape(),
                    spot.with(Optional.empty()),
                    Expected.broken(place.at() + "Member must not be null"));
        }
        value(member.shape(), place, spot);
    }

    private void value(String name, Place place, Spot spot) {
        var shape = model.shape(name);
        var type = model.type(name);
        if (!place.name().equals(KEY)) {
            wrongTypes(name, type, place, spot);
        }
        switch (type) {
            case "string" -> text(name, shape, place, spot);
            case "integer", "long", "double" -> number(name, shape, type, place, spot);
            case "list" -> list(name, shape, place, spot);
            case "map" -> map(name, shape, place, spot);
            case "structure" -> structure(name, place, spot);
            default -> {}
        }
    }

    private void structure(String name, Place place, Spot spot) {
        for (var member : model.members(name)) {
            member(member, new Place(member.name(), place.path() + "." + path(member.name()), true, ""), value -> {
                @SuppressWarnings("unchecked")
                var structure = new LinkedHashMap<>((Map<String, Object>) valid.least(name));
                value.ifPresentOrElse(
                        each -> structure.put(member.wireName(), each), () -> structure.remove(member.wireName()));
                return spot.with(Optional.of(structure));
            });
        }
    }

    private void wrongTypes(String name, String type, Place place, Spot spot) {
        List<Object> wrong =
                switch (type) {
                    case "string" -> List.of(7, true, List.of("a"), Map.of("a", "b"));
                    case "integer", "long", "double" -> List.of("text", true, List.of(1), Map.of("a", 1));
                    case "boolean" -> List.of("text", 7, List.of(true), Map.of("a", true));
                    case "blob" -> List.of(7, true, "no base64!", List.of("a"), Map.of("a", "b"));
                    case "timestamp" -> List.of("text", true, List.of(1), Map.of("a", 1));
                    case "list" -> List.of("text", 7, Map.of("a", "b"));
                    default -> List.of("text", 7, List.of("a"));
                };
        if (!place.inBody()) {
            wrong = type.equals("string") || type.equals("list") ? List.of() : List.of("text", "1.5");
        }
        if (!wrong.isEmpty()) {
            add(
                    Kind.WRONG_TYPE,
                    place,
                    name,
                    spot.with(Optional.of(wrong.get(random.nextInt(wrong.size())))),
                    Expected.of(400, "SerializationException"));
        }
    }

    private void text(String name, JsonNode shape, Place place, Spot spot) {
        var words = shape.field("enum").map(JsonNode::asArray).orElse(List.of());
        if (!words.isEmpty()) {
            var expected = new ArrayList<>(
                    List.of(shown("NoSuchWord", shape, place) + "Member must satisfy enum value set: ["));
            words.forEach(word -> expected.add(word.text()));
            add(
                    Kind.UNKNOWN_WORD,
                    place,
                    name,
                    spot.with(Optional.of("NoSuchWord")),
                    new Expected(400, "ValidationException", expected));
            return;
        }
        var max = bound(shape, "max").filter(length -> length <= LONGEST);
        var min = bound(shape, "min")
                .filter(length -> length > 0 && (length > 1 || !place.location().equals("uri")));
        max.ifPresent(length -> {
            var text = "a".repeat(length.intValue() + 1 + random.nextInt(9));
            add(
                    Kind.TOO_LONG,
                    place,
                    name,
                    spot.with(Optional.of(text)),
                    Expected.broken(
                            shown(text, shape, place) + "Member must have length less than or equal to " + length));
        });
        min.ifPresent(length -> {
            var text = "a".repeat(length.intValue() - 1);
            add(
                    Kind.TOO_SHORT,
                    place,
                    name,
                    spot.with(Optional.of(text)),
                    Expected.broken(
                            shown(text, shape, place) + "Member must have length greater than or equal to " + length));
        });
        unlikely(shape, place)
                .ifPresent(text -> add(
                        Kind.BAD_PATTERN,
                        place,
                        name,
                        spot.with(Optional.of(text)),
                        Expected.broken(
                                shown(text, shape, place) + "Member must satisfy regular expression pattern: ",
                                pattern(shape))));
    }

    /// A text of a good length that the pattern does not match.
    private static Optional<String> unlikely(JsonNode shape, Place place) {
        return shape.field("pattern").map(JsonNode::text).flatMap(pattern -> UNLIKELY.stream()
                .map(text -> text.isEmpty()
                        ? text
                        : text.repeat(bound(shape, "min").orElse(1L).intValue() / text.length() + 1))
                .filter(text -> place.inBody() || text.chars().allMatch(c -> c > ' ' && c < 127))
                .filter(text -> !text.isEmpty() || place.inBody())
                .filter(text -> text.length() <= bound(shape, "max").orElse(LONGEST))
                .filter(text -> !text.matches(pattern))
                .findFirst());
    }

    private static String pattern(JsonNode shape) {
        return shape.field("pattern").orElseThrow().text();
    }

    /// A value that is not too long to be printed whole, and no secret.
    private static String shown(Object value, JsonNode shape, Place place) {
        if (value.toString().length() > PRINTED) {
            return place.at();
        }
        return (shape.field("sensitive").isPresent() ? "Value" : "Value '" + value + "'") + place.at();
    }

    private void number(String name, JsonNode shape, String type, Place place, Spot spot) {
        boolean whole = !type.equals("double");
        shape.field("min").ifPresent(min -> {
            var value = whole ? (Object) (bound(min) - 1 - random.nextInt(3)) : Double.valueOf(bound(min) - 0.5);
            add(
                    Kind.BELOW_MINIMUM,
                    place,
                    name,
                    spot.with(Optional.of(value)),
                    Expected.broken(shown(value, shape, place) + "Member must have value greater than or equal to "
                            + min.asNumber()));
        });
        shape.field("max").ifPresent(max -> {
            var value = whole ? (Object) (bound(max) + 1 + random.nextInt(3)) : Double.valueOf(bound(max) + 0.5);
            add(
                    Kind.ABOVE_MAXIMUM,
                    place,
                    name,
                    spot.with(Optional.of(value)),
                    Expected.broken(shown(value, shape, place) + "Member must have value less than or equal to "
                            + max.asNumber()));
        });
    }

    private void list(String name, JsonNode shape, Place place, Spot spot) {
        var element = ValidRequests.shapeOf(shape, "member");
        bound(shape, "max")
                .filter(size -> size <= LONGEST)
                .ifPresent(size -> add(
                        Kind.TOO_LONG,
                        place,
                        name,
                        spot.with(Optional.of(Collections.nCopies(size.intValue() + 1, valid.least(element)))),
                        Expected.broken(place.at() + "Member must have length less than or equal to " + size)));
        bound(shape, "min")
                .filter(size -> size > 0)
                .ifPresent(size -> add(
                        Kind.TOO_SHORT,
                        place,
                        name,
                        spot.with(Optional.of(Collections.nCopies(size.intValue() - 1, valid.least(element)))),
                        Expected.broken("Value '[]'" + place.at() + "Member must have length greater than or equal to "
                                + size)));
        if (!place.inBody()) {
            return;
        }
        var at = random.nextInt(2);
        if (model.type(element).equals("structure")) {
            // What comes before it is right.
            var inner = new Place("", place.path() + "." + (at + 1) + ".member", true, "");
            value(element, inner, value -> spot.with(Optional.of(elements(element, at, value.orElseThrow()))));
        } else {
            nested(
                    element,
                    "Member must satisfy constraint: [",
                    place,
                    value -> spot.with(Optional.of(List.of(value))));
        }
    }

    private List<Object> elements(String element, int before, Object last) {
        var elements = new ArrayList<Object>();
        IntStream.range(0, before).forEach(_ -> elements.add(valid.least(element)));
        elements.add(last);
        return elements;
    }

    private void map(String name, JsonNode shape, Place place, Spot spot) {
        var key = ValidRequests.shapeOf(shape, "key");
        var element = ValidRequests.shapeOf(shape, "value");
        bound(shape, "max").filter(size -> size <= LONGEST).ifPresent(size -> {
            var map = new LinkedHashMap<String, Object>();
            IntStream.rangeClosed(0, size.intValue()).forEach(i -> map.put(key(key, i), valid.least(element)));
            if (map.size() > size) {
                add(
                        Kind.TOO_LONG,
                        place,
                        name,
                        spot.with(Optional.of(map)),
                        Expected.broken(place.at() + "Member must have length less than or equal to " + size));
            }
        });
        bound(shape, "min")
                .filter(size -> size > 0)
                .ifPresent(size -> add(
                        Kind.TOO_SHORT,
                        place,
                        name,
                        spot.with(Optional.of(Map.of())),
                        Expected.broken(place.at() + "Member must have length greater than or equal to " + size)));
        nested(
                key,
                "Map keys must satisfy constraint: [",
                place,
                value -> spot.with(Optional.of(Map.of(value.toString(), valid.least(element)))));
        nested(
                element,
                "Map value must satisfy constraint: [",
                place,
                value -> spot.with(Optional.of(Map.of(valid.least(key).toString(), value))));
    }

    private String key(String shape, int number) {
        return model.shape(shape).field("enum").isPresent() ? valid.least(shape).toString() : "k" + number;
    }

    private interface Inner {
        Draft with(Object value);
    }

    /// Elements, keys and values are told of as what holds them.
    private void nested(String element, String words, Place place, Inner inner) {
        var before = faults.size();
        var nested = new Place(words.startsWith("Map keys") ? KEY : "", place.path(), true, "");
        value(element, nested, value -> inner.with(value.orElseThrow()));
        for (int i = before; i < faults.size(); i++) {
            var fault = faults.get(i);
            if (fault.expected().error().equals("ValidationException")
                    && fault.member().equals(place.path())) {
                faults.set(i, fault.with(Expected.broken(outside(place, words, fault.expected()))));
            }
        }
        if (!model.type(element).equals("structure") && !words.startsWith("Map keys")) {
            // A null where a value must be.
            add(Kind.MISSING, place, element, inner.with(new Draft.Raw("null")), Expected.broken(place.at() + words));
        }
    }

    private static String[] outside(Place place, String words, Expected inside) {
        return Stream.concat(
                        Stream.of(place.at() + words),
                        inside.words().stream().map(each -> each.replaceFirst("(?s)^.*?(?=M(ember|ap) )", "")))
                .toArray(String[]::new);
    }

    private static Optional<Long> bound(JsonNode shape, String name) {
        return shape.field(name).map(MemberFaults::bound);
    }

    private static long bound(JsonNode number) {
        return (long) Double.parseDouble(number.asNumber());
    }
}
