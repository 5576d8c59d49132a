package hearth.control.policies;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import hearth.control.operation.Refusals;
import hearth.model.AccountId;
import java.io.IOException;
import java.util.regex.Pattern;

/// Whom a statement means.
public sealed interface Principal {
    Pattern SERVICE = Pattern.compile(
            "[a-zA-Z0-9][a-zA-Z0-9.-]*\\.(amazonaws\\.com(\\.cn)?|amazon\\.com|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov)");

    Pattern IDENTITY = Pattern.compile("arn:aws[a-zA-Z-]*:"
            + "(iam::\\d{12}:(root|(user|role)/[^*]+)|sts::\\d{12}:(assumed-role/[^*/]+/[^*]+|federated-user/[^*]+))");

    /// A service of AWS's, such as `s3.amazonaws.com`.
    record Service(String name) implements Principal {}

    /// An account's root, a user, a role or a session.
    record Identity(String arn) implements Principal {}

    record Everyone() implements Principal {}

    /// As a request names it: an account by its number too.
    ///
    /// @param partition of the account
    static Principal of(String text, String partition) {
        if (text.equals("*")) {
            return new Everyone();
        }
        if (AccountId.isValid(text)) {
            return new Identity("arn:%s:iam::%s:root".formatted(partition, text));
        }
        if (SERVICE.matcher(text).matches()) {
            return new Service(text);
        }
        if (IDENTITY.matcher(text).matches()) {
            return new Identity(text);
        }
        throw Refusals.invalid("The provided principal was invalid. Please check the principal and try again.");
    }

    /// Writes it as the value of `Principal`.
    default void write(JsonGenerator json) throws IOException {
        switch (this) {
            case Everyone() -> json.writeString("*");
            case Service(var name) -> write(json, "Service", name);
            case Identity(var arn) -> write(json, "AWS", arn);
        }
    }

    private static void write(JsonGenerator json, String kind, String value) throws IOException {
        json.writeStartObject();
        json.writeStringField(kind, value);
        json.writeEndObject();
    }

    /// Reads what `write` has written.
    static Principal read(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return new Everyone();
        }
        var kind = json.nextFieldName();
        var value = json.nextTextValue();
        json.nextToken();
        return kind.equals("Service") ? new Service(value) : new Identity(value);
    }
}
