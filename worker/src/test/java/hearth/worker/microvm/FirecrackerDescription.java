package hearth.worker.microvm;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Firecracker's own description of its API (`firecracker-api.json`), as a judge of requests: it finds what is wrong
/// with one by its path, method and body. What the description does not name is wrong.
final class FirecrackerDescription {
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

    private final Map<String, Object> paths;
    private final Map<String, Object> definitions;

    FirecrackerDescription() throws IOException {
        try (var resource = FirecrackerDescription.class.getResourceAsStream("firecracker-api.json")) {
            var all = Json.members(Json.parse(resource.readAllBytes()));
            this.paths = Json.object(all, "paths");
            this.definitions = Json.object(all, "definitions");
        }
    }

    /// @param body empty for none
    /// @return what is wrong; empty where nothing is
    Optional<String> fault(String method, String path, String body) throws IOException {
        for (var template : paths.keySet()) {
            var match = Pattern.compile(PARAMETER.matcher(template).replaceAll("(?<id>[A-Za-z0-9_]+)"))
                    .matcher(path);
            if (match.matches()) {
                var operation = Json.object(paths, template).get(method.toLowerCase(java.util.Locale.ROOT));
                if (operation == null) {
                    return Optional.of("no method " + method + " of " + path);
                }
                var fault = fault(Json.members(operation), body);
                return fault.isPresent() ? fault : idFault(template, path, body);
            }
        }
        return Optional.of("no path " + path);
    }

    /// The id in a path is that in its body.
    private static Optional<String> idFault(String template, String path, String body) throws IOException {
        var parameter = PARAMETER.matcher(template);
        if (!parameter.find()) {
            return Optional.empty();
        }
        var id = path.substring(parameter.start());
        var inBody = Json.members(Json.parse(body)).get(parameter.group(1));
        return id.equals(inBody) ? Optional.empty() : Optional.of("the path says " + id + ", the body " + inBody);
    }

    private Optional<String> fault(Map<String, Object> operation, String body) throws IOException {
        for (var each : (List<?>) operation.getOrDefault("parameters", List.of())) {
            var parameter = Json.members(each);
            if ("body".equals(parameter.get("in"))) {
                return body.isEmpty()
                        ? Optional.of("no body")
                        : fault("the body", Json.parse(body), Json.object(parameter, "schema"));
            }
        }
        return body.isEmpty() ? Optional.empty() : Optional.of("a body where there is none");
    }

    private Optional<String> fault(String what, Object value, Map<String, Object> schema) {
        var reference = (String) schema.get("$ref");
        if (reference != null) {
            var name = reference.substring("#/definitions/".length());
            return fault(what, value, Json.object(definitions, name));
        }
        var allowed = (List<?>) schema.get("enum");
        if (allowed != null && !allowed.contains(value)) {
            return Optional.of("%s is %s, and not of %s".formatted(what, value, allowed));
        }
        return switch ((String) schema.getOrDefault("type", "object")) {
            case "object" -> objectFault(what, value, schema);
            case "array" -> arrayFault(what, value, schema);
            case "integer" -> integerFault(what, value, schema);
            case "boolean" -> value instanceof Boolean ? Optional.empty() : wrong(what, value, "a truth value");
            case "string" -> value instanceof String ? Optional.empty() : wrong(what, value, "text");
            default -> Optional.of("the description has a type that is not known here: " + schema);
        };
    }

    private static Optional<String> wrong(String what, Object value, String wanted) {
        return Optional.of("%s is %s, and not %s".formatted(what, value, wanted));
    }

    private static Optional<String> integerFault(String what, Object value, Map<String, Object> schema) {
        if (!(value instanceof Long number)) {
            return wrong(what, value, "a whole number");
        }
        var least = (Long) schema.getOrDefault("minimum", Long.MIN_VALUE);
        var most = (Long) schema.getOrDefault("maximum", Long.MAX_VALUE);
        return number < least || number > most
                ? wrong(what, value, "from %d to %d".formatted(least, most))
                : Optional.empty();
    }

    private Optional<String> arrayFault(String what, Object value, Map<String, Object> schema) {
        if (!(value instanceof List<?> items)) {
            return wrong(what, value, "a list");
        }
        return items.stream()
                .flatMap(item -> fault("an item of " + what, item, Json.object(schema, "items")).stream())
                .findFirst();
    }

    private Optional<String> objectFault(String what, Object value, Map<String, Object> schema) {
        if (!(value instanceof Map<?, ?>)) {
            return wrong(what, value, "an object");
        }
        var members = Json.members(value);
        var properties = Json.members(schema.getOrDefault("properties", Map.of()));
        for (var required : (List<?>) schema.getOrDefault("required", List.of())) {
            if (!members.containsKey(required)) {
                return Optional.of("%s has no %s".formatted(what, required));
            }
        }
        for (var member : members.entrySet()) {
            if (!properties.containsKey(member.getKey())) {
                return Optional.of("%s has an unknown %s".formatted(what, member.getKey()));
            }
            var fault = fault(member.getKey(), member.getValue(), Json.object(properties, member.getKey()));
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }
}
