package hearth.pollers.secrets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import hearth.pollers.SourceException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A secret's members, such as `username` and `password`. Nothing of them is ever in a message.
public final class Secret {
    private static final JsonFactory JSON = new JsonFactory();

    private final String arn;
    private final Map<String, String> members;

    private Secret(String arn, Map<String, String> members) {
        this.arn = arn;
        this.members = members;
    }

    /// @param text an object of JSON, whose members that are no texts are passed over
    static Secret parse(String arn, String text) throws SourceException {
        var members = new LinkedHashMap<String, String>();
        try (var json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw isNoObject(arn);
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var name = json.currentName();
                if (json.nextToken() == JsonToken.VALUE_STRING) {
                    members.put(name, json.getText());
                } else {
                    json.skipChildren();
                }
            }
        } catch (IOException e) {
            // Not as the cause: the parser's message quotes the text.
            throw isNoObject(arn);
        }
        return new Secret(arn, members);
    }

    private static SourceException isNoObject(String arn) {
        return new SourceException("The secret " + arn + " is no object of JSON.", null);
    }

    public Optional<String> find(String member) {
        return Optional.ofNullable(members.get(member));
    }

    public String get(String member) throws SourceException {
        return find(member)
                .orElseThrow(() -> new SourceException("The secret " + arn + " has no \"" + member + "\".", null));
    }

    @Override
    public String toString() {
        return "secret " + arn;
    }
}
