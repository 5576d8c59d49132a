package hearth.generator;

import hearth.generator.Model.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Writes `Rules`: one constant for each type whose values are checked, made as the structures ask for them, and
/// after those that it is made of.
final class RulesWriter {
    private final Overrides overrides;
    private final Map<String, String> constants = new LinkedHashMap<>();

    RulesWriter(Overrides overrides) {
        this.overrides = overrides;
    }

    /// The name of the constant that checks values of this type; empty when every value will do.
    String constant(Shape shape) {
        var rule = rule(shape);
        if (rule.isEmpty()) {
            return "";
        }
        var name = Names.constant(shape.name());
        var known = constants.put(name, rule);
        if (known != null && !known.equals(rule)) {
            throw new IllegalStateException("Two rules are named " + name);
        }
        return name;
    }

    String source() {
        var fields = constants.entrySet().stream()
                .map(c -> "    static final Rule " + c.getKey() + " = " + c.getValue() + ";\n")
                .collect(Collectors.joining());
        return """
                package hearth.model.api;

                import javax.annotation.processing.Generated;

                /// What the values of each type must satisfy.
                @Generated("hearth.generator")
                final class Rules {
                    private Rules() {}

                %s}
                """.formatted(fields);
    }

    private String rule(Shape shape) {
        var rule =
                switch (shape.type()) {
                    case "string" -> text(shape);
                    case "integer", "long", "double" -> number(shape);
                    case "list" -> list(shape);
                    case "map" -> map(shape);
                    case "blob" -> shape.max() == null ? "" : "new Rule.Size(" + shape.min() + ", " + shape.max() + ")";
                    default -> "";
                };
        return shape.sensitive() && !rule.isEmpty() ? "new Rule.Secret(" + rule + ")" : rule;
    }

    private String text(Shape shape) {
        if (!shape.values().isEmpty()) {
            return "Rule.Choice.of(" + literals(shape.values()) + ")"
                    + (shape.unprinted().isEmpty() ? "" : ".or(" + literals(shape.unprinted()) + ")");
        }
        if (shape.pattern() == null && shape.max() == null) {
            return "";
        }
        var pattern = shape.pattern() == null ? "null" : Names.literal(shape.pattern());
        return "Rule.Text.of(" + bound(shape.min()) + ", " + bound(shape.max()) + ", " + pattern + ")";
    }

    private static String literals(List<String> words) {
        return words.stream().map(Names::literal).collect(Collectors.joining(", "));
    }

    private String number(Shape shape) {
        return shape.min() == null && shape.max() == null
                ? ""
                : "new Rule.Range(" + bound(shape.min()) + ", " + bound(shape.max()) + ")";
    }

    /// A list of structures has a size only: its elements check themselves.
    private String list(Shape shape) {
        var size = bound(shape.min()) + ", " + bound(shape.max());
        if (shape.element().isStructure()) {
            return shape.max() == null ? "" : "new Rule.Size(" + size + ")";
        }
        var words = overrides.printsElementsPlainly(shape)
                ? "PLAINLY"
                : overrides.elementsMayBeNull(shape) ? "WITHOUT_NULL_CHECK" : "WITH_NULL_CHECK";
        return "new Rule.Elements(" + size + ", " + orNull(shape.element()) + ", Rule.Elements.Words." + words + ")";
    }

    private String map(Shape shape) {
        return "new Rule.Entries(" + bound(shape.min()) + ", " + bound(shape.max()) + ", " + orNull(shape.key()) + ", "
                + orNull(shape.element()) + ")";
    }

    private String orNull(Shape shape) {
        var constant = constant(shape);
        return constant.isEmpty() ? "null" : constant;
    }

    private static String bound(Number bound) {
        return bound == null ? "null" : bound.toString();
    }
}
