package hearth.conformance;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/// Values in JSON, by the paths of `members.txt`.
final class MemberValues {
    private MemberValues() {}

    /// All that a path leads to: several where it goes through lists.
    static List<JsonNode> at(JsonNode document, String path) {
        var nodes = Stream.of(document);
        for (var step : path.split("\\.")) {
            boolean each = step.endsWith("[]");
            var name = step.replace("[]", "").replace("{}", "");
            nodes = nodes.filter(JsonNode::isObject).flatMap(node -> node.field(name).stream());
            if (each) {
                nodes = nodes.filter(JsonNode::isArray).flatMap(node -> node.asArray().stream());
            }
        }
        return nodes.filter(node -> !node.isNull()).toList();
    }

    /// Whether one is the other; of objects, whether it has all of the other's members.
    static boolean holds(JsonNode found, JsonNode sent) {
        if (sent.isObject()) {
            return found.isObject()
                    && sent.asObject().entrySet().stream().allMatch(entry -> found.field(entry.getKey())
                            .filter(value -> holds(value, entry.getValue()))
                            .isPresent());
        }
        if (sent.isArray()) {
            return found.isArray()
                    && sent.asArray().stream()
                            .allMatch(each -> found.asArray().stream().anyMatch(value -> holds(value, each)));
        }
        return text(found).equals(text(sent));
    }

    static String text(JsonNode node) {
        if (node.isString()) {
            return node.asString();
        }
        return node.isNumber()
                ? new BigDecimal(node.asNumber()).stripTrailingZeros().toPlainString()
                : node.toString();
    }

    /// As a `Draft` has it.
    static Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> members = new LinkedHashMap<>();
            node.asObject().forEach((name, value) -> members.put(name, plain(value)));
            return members;
        }
        if (node.isArray()) {
            return node.asArray().stream().map(MemberValues::plain).toList();
        }
        return node.isString() ? node.asString() : new Draft.Raw(text(node));
    }
}
