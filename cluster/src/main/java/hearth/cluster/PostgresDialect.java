package hearth.cluster;

import java.sql.PreparedStatement;
import org.jspecify.annotations.Nullable;

/// PostgreSQL by its own driver.
enum PostgresDialect implements Dialect {
    INSTANCE;

    private static final char REPLACEMENT = '\uFFFD';

    @Override
    public boolean isGivenUp(PreparedStatement statement) {
        return false;
    }

    /// A text here is of whole characters, none of which is U+0000. Documents have both escaped; what callers or
    /// functions wrote outside of them may have either.
    @Override
    public @Nullable Object adapted(@Nullable Object parameter) {
        return parameter instanceof String text ? text(text) : parameter;
    }

    private static String text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each == 0 || Character.isSurrogate(each)) {
                return replaced(text);
            }
        }
        return text;
    }

    private static String replaced(String text) {
        var whole = new StringBuilder(text.length());
        text.codePoints()
                .map(each -> each == 0 || (each >= Character.MIN_SURROGATE && each <= Character.MAX_SURROGATE)
                        ? REPLACEMENT
                        : each)
                .forEach(whole::appendCodePoint);
        return whole.toString();
    }
}
