package hearth.model.filter;

import static hearth.model.filter.FilterPatternParser.noPattern;
import static hearth.model.filter.FilterPatternParser.require;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import hearth.model.filter.FilterCondition.AnythingBut;
import hearth.model.filter.FilterCondition.Bound;
import hearth.model.filter.FilterCondition.EqualsIgnoreCase;
import hearth.model.filter.FilterCondition.Exists;
import hearth.model.filter.FilterCondition.Literal;
import hearth.model.filter.FilterCondition.Numeric;
import hearth.model.filter.FilterCondition.Prefix;
import hearth.model.filter.FilterCondition.Scalar;
import hearth.model.filter.FilterCondition.Suffix;
import hearth.model.filter.FilterCondition.Text;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads the conditions in a pattern's arrays.
final class ConditionParser {
    private static final BigDecimal LARGEST = new BigDecimal("5e9");
    private static final int MOST_DECIMALS = 5;

    private final JsonParser json;

    ConditionParser(JsonParser json) {
        this.json = json;
    }

    FilterCondition read(@Nullable JsonToken token) throws IOException {
        return token == JsonToken.START_OBJECT ? operator() : plain(token);
    }

    private Scalar plain(@Nullable JsonToken token) throws IOException {
        require(json, token != null && token.isScalarValue());
        return token == JsonToken.VALUE_STRING ? new Text(json.getText()) : new Literal(json.getText());
    }

    private FilterCondition operator() throws IOException {
        require(json, json.nextToken() == JsonToken.FIELD_NAME);
        var name = json.currentName();
        var token = json.nextToken();
        var condition =
                switch (name) {
                    case "equals-ignore-case" -> new EqualsIgnoreCase(text(token));
                    case "prefix" -> new Prefix(text(token));
                    case "suffix" -> new Suffix(text(token));
                    case "anything-but" -> new AnythingBut(excluded(token));
                    case "numeric" -> numeric(token);
                    case "exists" -> new Exists(truth(token));
                    default -> throw noPattern(json);
                };
        require(json, json.nextToken() == JsonToken.END_OBJECT);
        return condition;
    }

    private String text(@Nullable JsonToken token) throws IOException {
        require(json, token == JsonToken.VALUE_STRING);
        return json.getText();
    }

    private boolean truth(@Nullable JsonToken token) throws IOException {
        require(json, token != null && token.isBoolean());
        return json.getBooleanValue();
    }

    /// One value, or an array of them.
    private List<Scalar> excluded(@Nullable JsonToken token) throws IOException {
        if (token != JsonToken.START_ARRAY) {
            return List.of(plain(token));
        }
        var excluded = new ArrayList<Scalar>();
        for (var each = json.nextToken(); each != JsonToken.END_ARRAY; each = json.nextToken()) {
            excluded.add(plain(each));
        }
        require(json, !excluded.isEmpty());
        return excluded;
    }

    /// `["=", x]`, or one bound, or a lower one and then an upper one.
    private Numeric numeric(@Nullable JsonToken token) throws IOException {
        require(json, token == JsonToken.START_ARRAY);
        Optional<Bound> lower = Optional.empty();
        Optional<Bound> upper = Optional.empty();
        for (var each = json.nextToken(); each != JsonToken.END_ARRAY; each = json.nextToken()) {
            var comparison = text(each);
            var value = number(json.nextToken());
            var bound = Optional.of(new Bound(value, comparison.endsWith("=")));
            require(json, upper.isEmpty());
            switch (comparison) {
                case ">", ">=" -> {
                    require(json, lower.isEmpty());
                    lower = bound;
                }
                case "<", "<=" -> upper = bound;
                case "=" -> {
                    require(json, lower.isEmpty());
                    lower = bound;
                    upper = bound;
                }
                default -> throw noPattern(json);
            }
        }
        require(json, lower.isPresent() || upper.isPresent());
        require(json, lower.isEmpty() || upper.isEmpty() || leaveAny(lower.get(), upper.get()));
        return new Numeric(lower, upper);
    }

    private BigDecimal number(@Nullable JsonToken token) throws IOException {
        require(json, token != null && token.isNumeric());
        var value = json.getDecimalValue();
        require(
                json,
                value.abs().compareTo(LARGEST) <= 0
                        && value.stripTrailingZeros().scale() <= MOST_DECIMALS);
        return value;
    }

    private static boolean leaveAny(Bound lower, Bound upper) {
        int order = lower.value().compareTo(upper.value());
        return order < 0 || (order == 0 && lower.inclusive() && upper.inclusive());
    }
}
