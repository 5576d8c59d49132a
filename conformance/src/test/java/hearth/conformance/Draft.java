package hearth.conformance;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request in the making, of which each part can still be changed. One character of the head is one byte.
final class Draft {
    /// JSON that stands in a document as it is.
    record Raw(String text) {}

    /// A name that an object has already.
    record Again(String name) {
        @Override
        public String toString() {
            return name;
        }
    }

    String method;
    String path;
    final List<String> query = new ArrayList<>();
    final List<String> headers = new ArrayList<>();
    /// JSON as maps, lists, texts, numbers and booleans; null for none.
    @Nullable
    Object body;
    /// Instead of `body`, once it is written.
    byte @Nullable [] bytes;

    Draft(String method, String path) {
        this.method = method;
        this.path = path;
    }

    /// The body as an object.
    @SuppressWarnings("unchecked")
    Map<String, Object> object() {
        if (body == null) {
            body = new LinkedHashMap<String, Object>();
        }
        return (Map<String, Object>) body;
    }

    byte[] content() {
        if (bytes == null) {
            var json = new StringBuilder();
            if (body != null) {
                write(json, body);
            }
            bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }

    /// As JSON.
    static String json(Object value) {
        var json = new StringBuilder();
        write(json, value);
        return json.toString();
    }

    private static void write(StringBuilder json, @Nullable Object value) {
        switch (value) {
            case null -> json.append("null");
            case Map<?, ?> map -> {
                json.append('{');
                map.forEach((name, each) -> {
                    quote(json.length() > 1 && json.charAt(json.length() - 1) != '{' ? json.append(',') : json, name);
                    write(json.append(':'), each);
                });
                json.append('}');
            }
            case List<?> list -> {
                json.append('[');
                for (int i = 0; i < list.size(); i++) {
                    write(i > 0 ? json.append(',') : json, list.get(i));
                }
                json.append(']');
            }
            case String text -> quote(json, text);
            case Raw(var text) -> json.append(text);
            default -> json.append(value);
        }
    }

    private static void quote(StringBuilder json, Object text) {
        json.append('"');
        for (int i = 0; i < text.toString().length(); i++) {
            char c = text.toString().charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u%04x".formatted((int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }

    String target() {
        return query.isEmpty() ? path : path + "?" + String.join("&", query);
    }

    /// The whole request, on a connection that others may follow on.
    byte[] toBytes() {
        var content = content();
        var head = new StringBuilder(method + " " + target() + " HTTP/1.1\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        if (headers.stream().noneMatch(header -> header.regionMatches(true, 0, "Transfer-Encoding", 0, 17))) {
            head.append("Content-Length: ").append(content.length).append("\r\n");
        }
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        whole.writeBytes(content);
        return whole.toByteArray();
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
