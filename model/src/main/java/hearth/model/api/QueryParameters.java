package hearth.model.api;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The decoded parameters of a query string, in order. Escapes that are malformed stand for themselves.
public final class QueryParameters {
    public static final QueryParameters NONE = new QueryParameters(List.of());

    private final List<Parameter> parameters;

    private QueryParameters(List<Parameter> parameters) {
        this.parameters = parameters;
    }

    /// @param rawQuery what follows the `?`, not decoded; null or empty when there is none
    public static QueryParameters parse(@Nullable String rawQuery) {
        if (rawQuery == null || rawQuery.isEmpty()) {
            return NONE;
        }
        var parameters = new ArrayList<Parameter>();
        int start = 0;
        while (start <= rawQuery.length()) {
            int end = rawQuery.indexOf('&', start);
            if (end < 0) {
                end = rawQuery.length();
            }
            if (end > start) {
                parameters.add(Parameter.parse(rawQuery.substring(start, end)));
            }
            start = end + 1;
        }
        return new QueryParameters(parameters);
    }

    public @Nullable String first(String name) {
        for (var parameter : parameters) {
            if (parameter.name.equals(name)) {
                return parameter.value;
            }
        }
        return null;
    }

    /// Every value of a parameter that may be repeated; null when it is not there at all.
    public @Nullable List<String> all(String name) {
        var values = parameters.stream()
                .filter(p -> p.name.equals(name))
                .map(Parameter::value)
                .toList();
        return values.isEmpty() ? null : values;
    }

    /// Every parameter, in order.
    public void forEach(BiConsumer<String, String> action) {
        parameters.forEach(parameter -> action.accept(parameter.name, parameter.value));
    }

    private record Parameter(String name, String value) {
        static Parameter parse(String text) {
            int equals = text.indexOf('=');
            return equals < 0
                    ? new Parameter(PercentEncoding.decodeQuery(text), "")
                    : new Parameter(
                            PercentEncoding.decodeQuery(text.substring(0, equals)),
                            PercentEncoding.decodeQuery(text.substring(equals + 1)));
        }
    }
}
