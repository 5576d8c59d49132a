package hearth.control.policies;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import hearth.model.api.JsonOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/// One statement of a policy. All of them allow something; none denies.
///
/// @param id its `Sid`, unique in its policy
/// @param conditions those of one operator next to each other
public record Statement(String id, Principal principal, String action, String resource, List<Condition> conditions) {
    /// As AWS writes it.
    public String text() {
        return new String(JsonOutput.bytes(this::write), StandardCharsets.UTF_8);
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("Sid", id);
        json.writeStringField("Effect", "Allow");
        json.writeFieldName("Principal");
        principal.write(json);
        json.writeStringField("Action", action);
        json.writeStringField("Resource", resource);
        if (!conditions.isEmpty()) {
            writeConditions(json);
        }
        json.writeEndObject();
    }

    private void writeConditions(JsonGenerator json) throws IOException {
        var byOperator = conditions.stream()
                .collect(Collectors.groupingBy(Condition::operator, LinkedHashMap::new, Collectors.toList()));
        json.writeObjectFieldStart("Condition");
        for (var operator : byOperator.entrySet()) {
            json.writeObjectFieldStart(operator.getKey());
            for (var condition : operator.getValue()) {
                json.writeStringField(condition.key(), condition.value());
            }
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /// Reads what `write` has written.
    static Statement read(JsonParser json) throws IOException {
        var id = "";
        var action = "";
        var resource = "";
        Principal principal = new Principal.Everyone();
        var conditions = new ArrayList<Condition>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            var name = json.currentName();
            json.nextToken();
            switch (name) {
                case "Sid" -> id = json.getText();
                case "Principal" -> principal = Principal.read(json);
                case "Action" -> action = json.getText();
                case "Resource" -> resource = json.getText();
                case "Condition" -> readConditions(json, conditions);
                default -> {}
            }
        }
        return new Statement(id, principal, action, resource, conditions);
    }

    private static void readConditions(JsonParser json, List<Condition> conditions) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            var operator = json.currentName();
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var key = json.currentName();
                conditions.add(new Condition(operator, key, json.nextTextValue()));
            }
        }
    }
}
