package hearth.generator;

import hearth.generator.Model.Member;
import hearth.generator.Model.Shape;

/// Java types and reading expressions for the model's types.
final class Reading {
    private Reading() {}

    static String type(Shape shape) {
        return switch (shape.type()) {
            case "string" -> "String";
            case "integer" -> "Integer";
            case "long" -> "Long";
            case "double" -> "Double";
            case "boolean" -> "Boolean";
            case "blob" -> "byte[]";
            case "timestamp" -> "Instant";
            case "list" -> "List<" + type(shape.element()) + ">";
            case "map" -> "Map<String, " + type(shape.element()) + ">";
            case "structure" -> shape.name();
            default -> throw new IllegalStateException(shape.type());
        };
    }

    /// The value that the parser stands at.
    static String json(Shape shape, String parser) {
        return switch (shape.type()) {
            case "list", "map" ->
                "JsonInput." + shape.type() + "(" + parser + ", " + jsonFunction(shape.element()) + ")";
            case "structure" -> "JsonInput.structure(" + parser + ", " + shape.name() + "::read)";
            default -> "JsonInput." + scalar(shape) + "(" + parser + ")";
        };
    }

    /// The value of a member that comes as text, by path, query or header.
    static String text(Member member) {
        var name = Names.literal(member.locationName());
        if (member.shape().type().equals("list")) {
            return "parts.query().all(" + name + ")";
        }
        var source =
                switch (member.location()) {
                    case "uri" -> "parts.pathParameter(" + name + ")";
                    case "querystring" -> "parts.query().first(" + name + ")";
                    case "header" -> "parts.header(" + name + ")";
                    default -> throw new IllegalStateException(member.location());
                };
        return member.shape().type().equals("string")
                ? source
                : "TextInput." + scalar(member.shape()) + "(" + source + ")";
    }

    private static String jsonFunction(Shape shape) {
        return switch (shape.type()) {
            case "list", "map" -> "element -> " + json(shape, "element");
            case "structure" -> "element -> " + json(shape, "element");
            default -> "JsonInput::" + scalar(shape);
        };
    }

    private static String scalar(Shape shape) {
        return switch (shape.type()) {
            case "string" -> "string";
            case "integer" -> "integer";
            case "long" -> "longInteger";
            case "double" -> "decimal";
            case "boolean" -> "bool";
            case "blob" -> "blob";
            case "timestamp" -> "timestamp";
            default -> throw new IllegalStateException(shape.type());
        };
    }
}
