package hearth.server.s3;

import hearth.control.code.ObjectStore.Answer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// An error of S3's: a code and a message in XML. Of a document this small, and from a server that may be any,
/// two texts are all that is wanted, so that no XML parser looks at it.
final class S3Problem {
    private static final Pattern CODE = Pattern.compile("<Code>([^<]{1,200})</Code>");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]{0,2000})</Message>");

    /// The status of a refusal, which is all that some servers say of it.
    private static final int FORBIDDEN = 403;

    private S3Problem() {}

    static Answer of(int status, byte[] body) {
        var xml = new String(body, StandardCharsets.UTF_8);
        var code = CODE.matcher(xml);
        var message = MESSAGE.matcher(xml);
        if (code.find()) {
            return new Answer.Refused(text(code.group(1)), message.find() ? text(message.group(1)) : "");
        }
        return status == FORBIDDEN
                ? new Answer.Refused("AccessDenied", "Access Denied")
                : new Answer.Unreachable("it answered with the status " + status + " and no error of S3's");
    }

    private static String text(String xml) {
        return xml.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }
}
