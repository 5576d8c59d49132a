package hearth.generator;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// An API as its model file describes it.
record Model(List<Operation> operations, Map<String, Shape> shapes) {
    /// @param path as in the model, without its query
    /// @param query what the query must hold for this operation to be meant
    record Operation(
            String name,
            String method,
            String path,
            Map<String, String> query,
            int status,
            String input,
            String output) {}

    /// @param location `uri`, `querystring`, `header`, `statusCode`, or empty for the body
    record Member(String name, Shape shape, String location, String locationName, boolean required) {}

    /// A named type. The fields that its `type` has no use for are empty.
    ///
    /// @param element of a list, or the value of a map
    /// @param unprinted values that are taken like the rest, and that AWS's refusals do not tell
    record Shape(
            String name,
            String type,
            List<Member> members,
            String payload,
            Shape key,
            Shape element,
            Number min,
            Number max,
            String pattern,
            List<String> values,
            List<String> unprinted,
            boolean sensitive,
            boolean eventStream) {
        boolean isStructure() {
            return type.equals("structure");
        }

        boolean isBlob() {
            return type.equals("blob");
        }

        Shape withName(String other) {
            return new Shape(
                    other,
                    type,
                    members,
                    payload,
                    key,
                    element,
                    min,
                    max,
                    pattern,
                    values,
                    unprinted,
                    sensitive,
                    eventStream);
        }

        Shape withElement(Shape other) {
            return new Shape(
                    name,
                    type,
                    members,
                    payload,
                    key,
                    other,
                    min,
                    max,
                    pattern,
                    values,
                    unprinted,
                    sensitive,
                    eventStream);
        }

        Shape withPattern(String other) {
            return new Shape(
                    name,
                    type,
                    members,
                    payload,
                    key,
                    element,
                    min,
                    max,
                    other,
                    values,
                    unprinted,
                    sensitive,
                    eventStream);
        }

        Shape withRange(int from, int to) {
            return new Shape(
                    name,
                    type,
                    members,
                    payload,
                    key,
                    element,
                    from,
                    to,
                    pattern,
                    values,
                    unprinted,
                    sensitive,
                    eventStream);
        }

        Shape withLeast(int from) {
            return new Shape(
                    name,
                    type,
                    members,
                    payload,
                    key,
                    element,
                    from,
                    null,
                    pattern,
                    values,
                    unprinted,
                    sensitive,
                    eventStream);
        }

        Shape withValues(List<String> others) {
            return new Shape(
                    name,
                    type,
                    members,
                    payload,
                    key,
                    element,
                    min,
                    max,
                    pattern,
                    others,
                    List.of(),
                    sensitive,
                    eventStream);
        }

        /// The same type, of whose values AWS's refusals tell these: not all, and some that the model lacks.
        Shape withPrinted(List<String> printed) {
            var others = values.stream().filter(v -> !printed.contains(v)).toList();
            return new Shape(
                    name,
                    type,
                    members,
                    payload,
                    key,
                    element,
                    min,
                    max,
                    pattern,
                    printed,
                    others,
                    sensitive,
                    eventStream);
        }
    }

    static Model of(Map<String, Object> document, Overrides overrides) {
        var shapes = new LinkedHashMap<String, Shape>();
        var raw = Json.object(document, "shapes");
        for (var name : raw.keySet()) {
            shape(name, raw, shapes, overrides);
        }
        var operations = new ArrayList<Operation>();
        Json.object(document, "operations").values().forEach(o -> operations.add(operation(Json.object(o), overrides)));
        return new Model(operations, shapes);
    }

    Shape shape(String name) {
        return shapes.get(name);
    }

    /// The structures that requests are made of, or those of requests and responses.
    Set<Shape> structures(boolean withResponses) {
        var found = new HashSet<Shape>();
        for (var operation : operations) {
            collect(shapes.get(operation.input()), found);
            if (withResponses && operation.output() != null) {
                collect(shapes.get(operation.output()), found);
            }
        }
        return found;
    }

    private static void collect(Shape shape, Set<Shape> found) {
        if (shape == null || (shape.isStructure() && !found.add(shape))) {
            return;
        }
        shape.members().forEach(m -> collect(m.shape(), found));
        collect(shape.element(), found);
    }

    private static Operation operation(Map<String, Object> raw, Overrides overrides) {
        var http = Json.object(raw, "http");
        var name = (String) raw.get("name");
        var uri = ((String) http.get("requestUri")).split("\\?", 2);
        var query = new LinkedHashMap<String, String>();
        if (uri.length == 2) {
            var pair = uri[1].split("=", 2);
            query.put(pair[0], pair[1]);
        }
        int status = ((Number) http.getOrDefault("responseCode", 200)).intValue();
        return new Operation(
                name,
                (String) http.get("method"),
                overrides.path(uri[0]),
                query,
                overrides.status(name, status),
                (String) Json.object(raw, "input").get("shape"),
                (String) Json.object(raw, "output").get("shape"));
    }

    private static Shape shape(String name, Map<String, Object> raw, Map<String, Shape> done, Overrides overrides) {
        if (name == null || done.containsKey(name)) {
            return done.get(name);
        }
        var body = Json.object(raw, name);
        var required = Json.strings(body, "required");
        var members = new ArrayList<Member>();
        Json.object(body, "members").forEach((memberName, m) -> {
            var member = Json.object(m);
            members.add(new Member(
                    memberName,
                    shape((String) member.get("shape"), raw, done, overrides),
                    (String) member.getOrDefault("location", ""),
                    (String) member.getOrDefault("locationName", memberName),
                    required.contains(memberName)));
        });
        var type = (String) body.get("type");
        var element = Json.object(body, type.equals("map") ? "value" : "member");
        var shape = overrides.shape(new Shape(
                name,
                type,
                members,
                (String) body.get("payload"),
                shape((String) Json.object(body, "key").get("shape"), raw, done, overrides),
                shape((String) element.get("shape"), raw, done, overrides),
                (Number) body.get("min"),
                (Number) body.get("max"),
                (String) body.get("pattern"),
                Json.strings(body, "enum"),
                List.of(),
                body.containsKey("sensitive"),
                body.containsKey("eventstream")));
        done.put(name, shape);
        return shape;
    }
}
