package hearth.server.urls;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The beginning of an answer that a function streams: status, headers and cookies as JSON, then eight zero bytes, then
/// the body. The pieces that it comes in may end anywhere.
final class Prelude {
    /// The type by which a runtime says that its answer begins so.
    static final String CONTENT_TYPE = "application/vnd.awslambda.http-integration-response";

    /// Far more than any client takes as the head of an answer.
    static final int LARGEST = 128 << 10;

    private static final JsonFactory JSON = new JsonFactory();
    private static final int ZEROS = 8;

    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private int zeros;

    /// Whether an answer of this type has a prelude.
    static boolean comesWith(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().equalsIgnoreCase(CONTENT_TYPE);
    }

    /// The head, and the part of the body that came with the end of it.
    record Ended(FunctionHead head, byte[] body) {}

    /// Takes the next piece.
    ///
    /// @return null while the prelude goes on
    @Nullable
    Ended take(byte[] piece) throws UnusableAnswerException {
        for (int i = 0; i < piece.length; i++) {
            zeros = piece[i] == 0 ? zeros + 1 : 0;
            if (zeros == ZEROS) {
                keep(piece, i + 1);
                return new Ended(head(read.size() - ZEROS), Arrays.copyOfRange(piece, i + 1, piece.length));
            }
        }
        keep(piece, piece.length);
        return null;
    }

    private void keep(byte[] piece, int length) throws UnusableAnswerException {
        if (read.size() + length > LARGEST) {
            throw new UnusableAnswerException("the prelude has more than " + LARGEST + " bytes");
        }
        read.write(piece, 0, length);
    }

    private FunctionHead head(int length) throws UnusableAnswerException {
        var head = new FunctionHead();
        try (var json = JSON.createParser(read.toByteArray(), 0, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new UnusableAnswerException("the prelude is no JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var member = json.currentName();
                json.nextToken();
                if (!head.read(member, json)) {
                    json.skipChildren();
                }
            }
            if (json.nextToken() != null) {
                throw new UnusableAnswerException("the prelude is more than one JSON object");
            }
        } catch (IOException e) {
            throw new UnusableAnswerException("the prelude is no JSON");
        }
        return head;
    }
}
