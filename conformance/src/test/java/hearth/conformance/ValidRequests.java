package hearth.conformance;

import hearth.conformance.ApiModel.Member;
import hearth.conformance.ApiModel.Operation;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/// Makes requests that the model allows, for any operation.
final class ValidRequests {
    private static final int DEEPEST = 5;

    /// Tried in this order where a text must match a pattern.
    private static final List<String> CANDIDATES = List.of(
            "a",
            "1",
            "text-1",
            "arn:aws:iam::000000000000:role/lambda-role",
            "$LATEST",
            "$LATEST.PUBLISHED",
            "000000000000",
            "arn:aws:lambda:eu-west-1:000000000000:function:invoked",
            "arn:aws:lambda:eu-west-1:000000000000:layer:layer:1",
            "arn:aws:lambda:eu-west-1:000000000000:layer:layer",
            "arn:aws:lambda:eu-west-1:000000000000:code-signing-config:csc-0123456789abcdefg",
            "csc-0123456789abcdefg",
            "arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:01234567-0123-0123-0123-0123456789ab",
            "arn:aws:lambda:eu-west-1:000000000000:capacity-provider:provider",
            "arn:aws:lambda:eu-west-1::runtime:0123456789",
            "arn:aws:lambda:eu-west-1:000000000000:runtime/custom",
            "arn:aws:lambda:eu-west-1:000000000000:function:invoked:1/durable-execution/name/id",
            "arn:aws:signer:eu-west-1:000000000000:/signing-profiles/profile/0123456789",
            "arn:aws:sqs:eu-west-1:000000000000:queue",
            "arn:aws:elasticfilesystem:eu-west-1:000000000000:access-point/fsap-0123456789abcdef0",
            "arn:aws:kms:eu-west-1:000000000000:key/01234567-0123-0123-0123-0123456789ab",
            "/mnt/files",
            "lambda:InvokeFunction",
            "lambda:GetLayerVersion",
            "host.example:9092",
            "o-0123456789",
            "vpc-0123456789abcdef0",
            "sg-0123456789abcdef0",
            "subnet-0123456789abcdef0",
            "eu-west-1",
            "QUFB",
            "*");

    private final ApiModel model;
    private final Random random;
    private final Map<String, List<?>> named;

    /// @param named values for members of these names, instead of any that the model allows; they are there even if
    ///     little else is
    ValidRequests(ApiModel model, Random random, Map<String, ? extends List<?>> named) {
        this.model = model;
        this.random = random;
        this.named = Map.copyOf(named);
    }

    Draft of(Operation operation) {
        var draft = draft(operation);
        operation.input().ifPresent(input -> {
            var payload = model.payload(input);
            boolean frugal = random.nextInt(3) > 0;
            for (var member : model.members(input)) {
                if (payload.isPresent() && payload.get().equals(member.name())) {
                    draft.body = model.type(member.shape()).equals("blob") ? event() : value(member, 0, frugal);
                } else if (member.required() || (frugal ? named.containsKey(member.name()) : random.nextBoolean())) {
                    place(draft, member, value(member, 0, frugal));
                }
            }
        });
        return draft;
    }

    /// The least that is valid, with these values for members of the request itself; an empty one leaves its member
    /// out.
    Draft with(Operation operation, Map<String, Optional<Object>> given) {
        var draft = draft(operation);
        var input = operation.input().orElseThrow();
        var payload = model.payload(input);
        for (var member : model.members(input)) {
            boolean wanted = member.required() || named.containsKey(member.name());
            var value = given.containsKey(member.name())
                    ? given.get(member.name())
                    : wanted ? Optional.of(value(member, 0, true)) : Optional.empty();
            if (payload.isPresent() && payload.get().equals(member.name())) {
                draft.body = event();
            } else {
                value.ifPresent(each -> place(draft, member, each));
            }
        }
        return draft;
    }

    /// The least that is valid, as clients of the API take it: by the members' own names, wherever they go.
    Map<String, Object> members(Operation operation) {
        var members = new LinkedHashMap<String, Object>();
        for (var member : model.members(operation.input().orElseThrow())) {
            if (member.required() || named.containsKey(member.name())) {
                members.put(member.name(), value(member, 0, true));
            }
        }
        return members;
    }

    private static Draft draft(Operation operation) {
        var target = operation.path().split("\\?", 2);
        var draft = new Draft(operation.method(), target[0]);
        if (target.length > 1) {
            draft.query.add(target[1]);
        }
        return draft;
    }

    /// The least that is valid for a type.
    Object least(String shape) {
        return value(shape, 0, true);
    }

    private Object event() {
        return random.nextBoolean() ? Map.of("key", "value") : List.of(1, 2, "three");
    }

    static void place(Draft draft, Member member, Object value) {
        switch (member.location()) {
            case "uri" ->
                draft.path = draft.path.replaceFirst(
                        "\\{" + Pattern.quote(member.wireName()) + "\\+?}",
                        java.util.regex.Matcher.quoteReplacement(Draft.encoded(String.valueOf(value))));
            case "querystring" -> {
                var values = value instanceof List<?> list ? list : List.of(value);
                values.forEach(each -> draft.query.add(member.wireName() + "=" + Draft.encoded(String.valueOf(each))));
            }
            case "header" -> draft.headers.add(member.wireName() + ": " + value);
            default -> draft.object().put(member.wireName(), value);
        }
    }

    private Object value(Member member, int depth, boolean frugal) {
        var fixed = named.get(member.name());
        return fixed != null ? fixed.get(random.nextInt(fixed.size())) : value(member.shape(), depth, frugal);
    }

    private Object value(String name, int depth, boolean frugal) {
        var shape = model.shape(name);
        return switch (model.type(name)) {
            case "structure" -> structure(name, depth, frugal);
            case "list" -> list(shape, depth, frugal);
            case "map" -> {
                var map = new LinkedHashMap<String, Object>();
                map.put(
                        String.valueOf(value(shapeOf(shape, "key"), depth + 1, frugal)),
                        value(shapeOf(shape, "value"), depth + 1, frugal));
                yield map;
            }
            case "string" -> string(shape);
            case "integer", "long" ->
                bound(shape, "min", 1)
                        + random.nextLong(
                                Math.min(1000, 1 + Math.max(0, bound(shape, "max", 1000) - bound(shape, "min", 1))));
            case "double" -> random.nextDouble();
            case "boolean" -> random.nextBoolean();
            case "timestamp" -> 1_700_000_000;
            default -> Base64.getEncoder().encodeToString(Mutations.ZIP);
        };
    }

    private Map<String, Object> structure(String name, int depth, boolean frugal) {
        var structure = new LinkedHashMap<String, Object>();
        for (var member : model.members(name)) {
            if (member.required() || (!frugal && depth < DEEPEST && random.nextInt(3) == 0)) {
                structure.put(member.wireName(), value(member, depth + 1, frugal));
            }
        }
        return structure;
    }

    private List<Object> list(JsonNode shape, int depth, boolean frugal) {
        var list = new ArrayList<>();
        for (long left = Math.max(bound(shape, "min", 0), depth < DEEPEST ? random.nextInt(3) : 0); left > 0; left--) {
            list.add(value(shapeOf(shape, "member"), depth + 1, frugal));
        }
        return list;
    }

    private String string(JsonNode shape) {
        var words = shape.field("enum").map(JsonNode::asArray).orElse(List.of());
        if (!words.isEmpty()) {
            return words.get(random.nextInt(words.size())).text();
        }
        var pattern = shape.field("pattern").map(JsonNode::text).orElse(".*");
        long min = bound(shape, "min", 0);
        long max = bound(shape, "max", 100);
        return CANDIDATES.stream()
                .filter(text -> text.length() >= min && text.length() <= max && text.matches(pattern))
                .findFirst()
                .orElse("a".repeat((int) Math.max(1, min)));
    }

    static String shapeOf(JsonNode shape, String part) {
        return shape.field(part).orElseThrow().field("shape").orElseThrow().text();
    }

    private static long bound(JsonNode shape, String name, long otherwise) {
        return shape.field(name)
                .map(bound -> (long) Double.parseDouble(bound.asNumber()))
                .orElse(otherwise);
    }
}
