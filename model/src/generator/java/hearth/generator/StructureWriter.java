package hearth.generator;

import hearth.generator.Model.Member;
import hearth.generator.Model.Shape;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Writes one structure as a record with its builder, its JSON reader and writer, and its constraint checks.
///
/// @param checked the structures that requests are made of
final class StructureWriter {
    private final Shape structure;
    private final List<Member> members;
    private final Set<Shape> checked;
    private final RulesWriter rules;
    private final Overrides overrides;
    private final StringBuilder out = new StringBuilder();

    StructureWriter(Shape structure, Set<Shape> checked, RulesWriter rules, Overrides overrides) {
        this.structure = structure;
        // An event stream is sent message by message, and is no part of the response's record.
        this.members = structure.members().stream()
                .filter(m -> !m.shape().eventStream())
                .toList();
        this.checked = checked;
        this.rules = rules;
        this.overrides = overrides;
    }

    String source(boolean isInput, boolean isOutput) {
        line(0, "package hearth.model.api;", "");
        line(0, "import com.fasterxml.jackson.core.JsonGenerator;", "import com.fasterxml.jackson.core.JsonParser;");
        line(0, "import java.io.IOException;", "import java.time.Instant;", "import java.util.List;");
        line(0, "import java.util.Map;", "import javax.annotation.processing.Generated;");
        line(0, "import org.jspecify.annotations.Nullable;", "");
        line(0, "/// `" + structure.name() + "` of the API.", "@Generated(\"hearth.generator\")");
        line(0, "public record " + structure.name() + "(" + components() + ") implements ApiShape {");
        builderMethods();
        write();
        read();
        if (isInput) {
            new RequestMethods().write();
        }
        if (isOutput && members.stream().anyMatch(m -> !m.location().isEmpty())) {
            response();
        }
        if (checked.contains(structure)) {
            check();
        }
        text();
        builder();
        line(0, "}");
        return out.toString();
    }

    private void line(int indent, String... lines) {
        for (var line : lines) {
            out.append(line.isEmpty() ? "" : "    ".repeat(indent)).append(line).append('\n');
        }
    }

    private String components() {
        return members.stream()
                .map(m -> nullable(m.shape()) + " " + Names.component(m.name()))
                .collect(Collectors.joining(", "));
    }

    private void builderMethods() {
        line(1, "public static Builder builder() {", "    return new Builder();", "}", "");
        line(1, "public Builder toBuilder() {", "    var builder = new Builder();");
        members.forEach(m -> line(2, "builder." + Names.component(m.name()) + " = " + Names.component(m.name()) + ";"));
        line(1, "    return builder;", "}", "");
    }

    private void write() {
        line(
                1,
                "@Override",
                "public void write(JsonGenerator json) throws IOException {",
                "    json.writeStartObject();");
        for (var member : members) {
            var name = Names.component(member.name());
            line(2, "if (" + name + " != null) {", "    json.writeFieldName(" + Names.literal(member.name()) + ");");
            writeValue(3, member.shape(), name, 0);
            line(2, "}");
        }
        line(1, "    json.writeEndObject();", "}", "");
    }

    private void writeValue(int indent, Shape shape, String value, int depth) {
        switch (shape.type()) {
            case "string" -> line(indent, "json.writeString(" + value + ");");
            case "integer", "long", "double" -> line(indent, "json.writeNumber(" + value + ");");
            case "boolean" -> line(indent, "json.writeBoolean(" + value + ");");
            case "blob" -> line(indent, "json.writeBinary(" + value + ");");
            case "timestamp" -> line(indent, "JsonOutput.timestamp(json, " + value + ");");
            case "structure" -> line(indent, value + ".write(json);");
            case "list" -> {
                var element = "element" + depth;
                line(indent, "json.writeStartArray();", "for (var " + element + " : " + value + ") {");
                writeValue(indent + 1, shape.element(), element, depth + 1);
                line(indent, "}", "json.writeEndArray();");
            }
            case "map" -> {
                var entry = "entry" + depth;
                line(indent, "json.writeStartObject();", "for (var " + entry + " : " + value + ".entrySet()) {");
                line(indent + 1, "json.writeFieldName(" + entry + ".getKey());");
                writeValue(indent + 1, shape.element(), entry + ".getValue()", depth + 1);
                line(indent, "}", "json.writeEndObject();");
            }
            default -> throw new IllegalStateException(shape.type());
        }
    }

    private void read() {
        line(1, "/// Reads the object whose start the parser stands at.");
        line(1, "public static " + structure.name() + " read(JsonParser json) throws IOException {");
        line(2, "var builder = new Builder();", "builder.read(json);", "return builder.build();");
        line(1, "}", "");
    }

    /// For a response with members outside its body.
    private void response() {
        line(1, "@Override", "public ApiResponse toResponse(int usualStatus) {");
        var status = "usualStatus";
        for (var member : members) {
            if (member.location().equals("statusCode")) {
                status = Names.component(member.name()) + " == null ? usualStatus : " + Names.component(member.name());
            }
        }
        var payload = members.stream()
                .filter(m -> m.name().equals(structure.payload()))
                .findFirst();
        var body = payload.map(p -> Names.component(p.name())).orElse("null");
        line(2, "return ApiResponse.builder(" + status + ", " + body + ")");
        for (var member : members) {
            var value = Names.component(member.name());
            if (member.locationName().equals("Content-Type")) {
                line(3, ".contentType(" + value + ")");
            } else if (member.location().equals("header")) {
                line(3, ".header(" + Names.literal(member.locationName()) + ", " + value + ")");
            }
        }
        line(3, ".build();");
        line(1, "}", "");
    }

    private void check() {
        line(1, "void check(Violations violations) {");
        for (var member : members) {
            var path = Names.literal(Names.path(member.name()));
            var value = Names.component(member.name());
            if (member.required()) {
                line(
                        2,
                        "violations.required(" + path + ", " + value + ", "
                                + member.shape().sensitive() + ");");
            }
            var constraint = overrides.constraint(structure, member);
            if (constraint == null) {
                continue;
            }
            var rule = rules.constant(constraint);
            if (!rule.isEmpty()) {
                line(2, "violations.member(" + path + ", " + value + ", Rules." + rule + ");");
            }
            if (constraint.isStructure()) {
                line(2, "if (" + value + " != null) {");
                line(3, "violations.enter(" + path + ");", value + ".check(violations);", "violations.leave();");
                line(2, "}");
            } else if (constraint.type().equals("list") && constraint.element().isStructure()) {
                var each = constraint.element().name() + "::check";
                line(2, "violations.each(" + path + ", " + value + ", " + each + ");");
            }
        }
        line(1, "}", "");
    }

    private void text() {
        line(1, "/// As AWS prints it in the texts of errors; secrets are left out.");
        line(1, "@Override", "public String toString() {");
        var parts = members.stream()
                .map(m -> {
                    var name = Names.component(m.name());
                    var value = m.shape().sensitive()
                            ? "Violations.hidden(" + name + ")"
                            : m.shape().isBlob() ? "Violations.bytes(" + name + ")" : name;
                    return name + "=\" + " + value;
                })
                .collect(Collectors.joining(" + \", "));
        line(2, "return \"" + structure.name() + "(" + (parts.isEmpty() ? "\"" : parts) + " + \")\";");
        line(1, "}", "");
    }

    private void builder() {
        line(1, "/// Makes a `" + structure.name() + "`; what is not set is absent.");
        line(1, "public static final class Builder {");
        members.forEach(m -> line(2, "private " + nullable(m.shape()) + " " + Names.component(m.name()) + ";"));
        line(2, "", "private Builder() {}", "");
        for (var member : members) {
            var name = Names.component(member.name());
            line(2, "public Builder " + name + "(" + nullable(member.shape()) + " " + name + ") {");
            line(3, "this." + name + " = " + name + ";", "return this;");
            line(2, "}", "");
        }
        var names = members.stream().map(m -> Names.component(m.name())).collect(Collectors.joining(", "));
        line(2, "public " + structure.name() + " build() {");
        line(3, "return new " + structure.name() + "(" + names + ");");
        line(2, "}", "", "private void read(JsonParser json) throws IOException {");
        line(3, "JsonInput.start(json);");
        line(3, "for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {");
        line(4, "json.nextToken();", "switch (name) {");
        for (var member : members) {
            var value = Reading.json(member.shape(), "json");
            line(
                    5,
                    "case " + Names.literal(member.name()) + " -> this." + Names.component(member.name()) + " = "
                            + value + ";");
        }
        line(5, "default -> json.skipChildren();");
        line(4, "}");
        line(3, "}");
        line(2, "}");
        line(1, "}");
    }

    private static String nullable(Shape shape) {
        return shape.isBlob() ? "byte @Nullable []" : "@Nullable " + Reading.type(shape);
    }

    /// The reader of a request: its body first, then what comes by path, query and headers, which no body
    /// overrides.
    private final class RequestMethods {
        void write() {
            line(1, "/// Reads and checks a request.");
            line(1, "public static " + structure.name() + " read(RequestParts parts) {");
            line(2, "var builder = new Builder();");
            body();
            for (var member : members) {
                if (!member.location().isEmpty()) {
                    var value = Reading.text(member);
                    line(2, "builder." + Names.component(member.name()) + " = " + value + ";");
                }
            }
            line(2, "var request = builder.build();", "var violations = new Violations();");
            line(2, "request.check(violations);", "violations.refuse();", "return request;");
            line(1, "}", "");
        }

        private void body() {
            if (structure.payload() != null) {
                var payload = members.stream()
                        .filter(m -> m.name().equals(structure.payload()))
                        .findFirst()
                        .orElseThrow();
                var value = payload.shape().isBlob()
                        ? "parts.body().toByteArray()"
                        : "JsonInput.body(parts.body(), " + payload.shape().name() + "::read)";
                line(2, "builder." + Names.component(payload.name()) + " = " + value + ";");
            } else if (members.stream().anyMatch(m -> m.location().isEmpty())) {
                line(
                        2,
                        "JsonInput.body(parts.body(), json -> {",
                        "    builder.read(json);",
                        "    return builder;",
                        "});");
            }
        }
    }
}
