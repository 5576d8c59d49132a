package hearth.control.policies;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.api.JsonOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A resource policy: who besides its owner may do what with one resource.
public record Policy(List<Statement> statements) {
    public static final Policy EMPTY = new Policy(List.of());

    private static final JsonFactory JSON = new JsonFactory();

    /// Adds a statement, if it is not there and there is room for it.
    ///
    /// @param limit what all of it may come to
    public Policy with(Statement added, Bytes limit) {
        if (statements.stream().anyMatch(statement -> statement.id().equals(added.id()))) {
            throw new ApiException(
                    ApiError.RESOURCE_CONFLICT,
                    "The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement."
                            .formatted(added.id()));
        }
        var all = new ArrayList<>(statements);
        all.add(added);
        var policy = new Policy(List.copyOf(all));
        int size = policy.bytes().length;
        if (size > limit.count()) {
            throw new ApiException(
                    ApiError.POLICY_LENGTH_EXCEEDED,
                    "The final policy size (%d) is bigger than the limit (%d).".formatted(size, limit.count()));
        }
        return policy;
    }

    /// Removes a statement, which must be there.
    public Policy without(String id) {
        var left = statements.stream()
                .filter(statement -> !statement.id().equals(id))
                .toList();
        if (left.size() == statements.size()) {
            throw new ApiException(
                    ApiError.RESOURCE_NOT_FOUND, "Statement %s is not found in resource policy.".formatted(id));
        }
        return new Policy(left);
    }

    public boolean isEmpty() {
        return statements.isEmpty();
    }

    /// As AWS writes it.
    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /// Reads what `text` has written.
    public static Policy read(String text) {
        var statements = new ArrayList<Statement>();
        try (var json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                if (json.nextToken() == JsonToken.START_ARRAY) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        statements.add(Statement.read(json));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A policy is damaged", e);
        }
        return new Policy(List.copyOf(statements));
    }

    private byte[] bytes() {
        return JsonOutput.bytes(this::write);
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("Version", "2012-10-17");
        json.writeStringField("Id", "default");
        json.writeArrayFieldStart("Statement");
        for (var statement : statements) {
            statement.write(json);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
