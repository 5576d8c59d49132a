package hearth.server.auth;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The parameters of a query, decoded. Like [hearth.server.http.Headers], one character is one byte.
record QueryString(List<Parameter> parameters) {
    private static final QueryString NONE = new QueryString(List.of());

    record Parameter(String name, String value) {}

    static QueryString parse(String query) {
        if (query.isEmpty()) {
            return NONE;
        }
        var parameters = new ArrayList<Parameter>();
        for (var pair : query.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                parameters.add(
                        equals < 0
                                ? new Parameter(decode(pair), "")
                                : new Parameter(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1))));
            }
        }
        return new QueryString(parameters);
    }

    Optional<String> first(String name) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(Parameter::value)
                .findFirst();
    }

    /// A `%` that no two hexadecimal digits follow stands for itself.
    private static String decode(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        var out = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '%' ? hexDigit(text, i + 1) : -1;
            int low = high < 0 ? -1 : hexDigit(text, i + 2);
            if (low >= 0) {
                out.write(high * 16 + low);
                i += 2;
            } else {
                out.write(c == '+' ? ' ' : c);
            }
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private static int hexDigit(String text, int index) {
        return index < text.length() ? Character.digit(text.charAt(index), 16) : -1;
    }
}
