package hearth.control.layers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import hearth.cluster.LayerVersionRecord;
import hearth.model.AccountId;
import hearth.model.LayerVersionId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who besides its owner may use a layer version.
record LayerPolicy(LayerVersionId version, List<LayerStatement> statements) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LARGEST = 20 << 10;

    static LayerPolicy of(LayerVersionRecord version) {
        return new LayerPolicy(
                version.id(), version.policy().map(LayerPolicy::read).orElse(List.of()));
    }

    boolean allows(AccountId account) {
        return statements.stream().anyMatch(statement -> statement.allows(account));
    }

    LayerPolicy with(LayerStatement added) {
        if (statements.stream().anyMatch(statement -> statement.id().equals(added.id()))) {
            throw LayerRefusals.statementExists(added.id());
        }
        var all = new ArrayList<>(statements);
        all.add(added);
        return new LayerPolicy(version, all);
    }

    LayerPolicy without(String id) {
        var left = statements.stream()
                .filter(statement -> !statement.id().equals(id))
                .toList();
        if (left.size() == statements.size()) {
            throw LayerRefusals.statementNotFound(id);
        }
        return new LayerPolicy(version, left);
    }

    /// As AWS writes it; empty without a statement.
    Optional<String> text() {
        if (statements.isEmpty()) {
            return Optional.empty();
        }
        var text = written(json -> {
            json.writeStartObject();
            json.writeStringField("Version", "2012-10-17");
            json.writeStringField("Id", "default");
            json.writeArrayFieldStart("Statement");
            for (var statement : statements) {
                statement.write(json, version);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
        int size = text.getBytes(StandardCharsets.UTF_8).length;
        if (size > LARGEST) {
            throw LayerRefusals.policyTooLong(size, LARGEST);
        }
        return Optional.of(text);
    }

    String text(LayerStatement statement) {
        return written(json -> statement.write(json, version));
    }

    private static String written(Content content) {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    @FunctionalInterface
    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    /// Reads what `text` has written.
    private static List<LayerStatement> read(String text) {
        var statements = new ArrayList<LayerStatement>();
        try (var json = JSON.createParser(text)) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.START_OBJECT
                        && json.getParsingContext().getParent().inArray()) {
                    statements.add(statement(json));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The policy of a layer in the store is damaged", e);
        }
        return statements;
    }

    private static LayerStatement statement(JsonParser json) throws IOException {
        var id = "";
        var principal = LayerStatement.EVERYONE;
        @Nullable String organizationId = null;
        for (int depth = 1; depth > 0; ) {
            switch (json.nextToken()) {
                case START_OBJECT -> depth++;
                case END_OBJECT -> depth--;
                case VALUE_STRING -> {
                    switch (json.currentName()) {
                        case "Sid" -> id = json.getText();
                        case "AWS" -> principal = json.getText();
                        case "aws:PrincipalOrgID" -> organizationId = json.getText();
                        default -> {}
                    }
                }
                default -> {}
            }
        }
        return new LayerStatement(id, principal, organizationId);
    }
}
