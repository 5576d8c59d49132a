package hearth.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/// AWS's model of the API: its operations, and the shapes of what they take.
final class ApiModel {
    private static final String RESOURCE = "/hearth/model/lambda-2015-03-31.json";

    private final Map<String, JsonNode> shapes;
    private final List<Operation> operations;

    /// @param path with labels such as `{FunctionName}`
    /// @param input the name of a shape
    record Operation(String name, String method, String path, Optional<String> input) {}

    /// @param location `uri`, `querystring`, `header`, or empty for the body
    /// @param shape the name of its shape
    record Member(String name, String wireName, String location, String shape, boolean required) {}

    private ApiModel(JsonNode model) {
        this.shapes = model.field("shapes").orElseThrow().asObject();
        this.operations = model.field("operations").orElseThrow().asObject().values().stream()
                .map(ApiModel::operation)
                .toList();
    }

    static ApiModel load() {
        try (InputStream model = ApiModel.class.getResourceAsStream(RESOURCE)) {
            return new ApiModel(JsonNode.parser().parse(Objects.requireNonNull(model, RESOURCE)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Operation operation(JsonNode operation) {
        var http = operation.field("http").orElseThrow();
        return new Operation(
                text(operation, "name"),
                text(http, "method"),
                text(http, "requestUri"),
                operation.field("input").map(input -> text(input, "shape")));
    }

    private static String text(JsonNode node, String field) {
        return node.field(field).orElseThrow().text();
    }

    List<Operation> operations() {
        return operations;
    }

    JsonNode shape(String name) {
        return Objects.requireNonNull(shapes.get(name), name);
    }

    String type(String shape) {
        return text(shape(shape), "type");
    }

    /// The member that is the body by itself.
    Optional<String> payload(String structure) {
        return shape(structure).field("payload").map(JsonNode::text);
    }

    List<Member> members(String structure) {
        var shape = shape(structure);
        var required = shape.field("required").map(JsonNode::asArray).orElse(List.of()).stream()
                .map(JsonNode::text)
                .toList();
        return shape.field("members").map(JsonNode::asObject).orElse(Map.of()).entrySet().stream()
                .map(member -> new Member(
                        member.getKey(),
                        member.getValue()
                                .field("locationName")
                                .map(JsonNode::text)
                                .orElse(member.getKey()),
                        member.getValue().field("location").map(JsonNode::text).orElse(""),
                        text(member.getValue(), "shape"),
                        required.contains(member.getKey())))
                .toList();
    }
}
