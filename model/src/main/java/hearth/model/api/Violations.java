package hearth.model.api;

import hearth.model.ApiError;
import hearth.model.ApiException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Collects what is wrong with a request, to tell it all at once in AWS's words.
final class Violations {
    /// Characters of a value that are printed; an answer shall not be as large as the largest request.
    private static final int PRINTED = 8192;

    private final Deque<String> path = new ArrayDeque<>();
    private final List<String> texts = new ArrayList<>();

    /// Checks the members of the structure `member` until `leave`.
    void enter(String member) {
        path.addLast(member);
    }

    void leave() {
        path.removeLast();
    }

    void required(String member, @Nullable Object value, boolean secret) {
        if (value == null) {
            add((secret ? "Value" : "Value null") + " at '" + at(member), "Member must not be null");
        }
    }

    void member(String member, @Nullable Object value, Rule rule) {
        if (value == null) {
            return;
        }
        var words = new ArrayList<String>(0);
        rule.breaches(value, words);
        if (!words.isEmpty()) {
            var shown = rule instanceof Rule.Secret ? "Value" : "Value '" + printed(value) + "'";
            words.forEach(w -> add(shown + " at '" + at(member), w));
        }
    }

    /// Checks a list of structures: `filters.1.member.pattern`.
    <T> void each(String member, @Nullable List<T> elements, BiConsumer<T, Violations> check) {
        if (elements == null) {
            return;
        }
        int number = 1;
        for (var element : elements) {
            enter(member + "." + number++ + ".member");
            if (element == null) {
                add("Value null at '" + String.join(".", path), "Member must not be null");
            } else {
                check.accept(element, this);
            }
            leave();
        }
    }

    /// @throws ApiException when anything was wrong
    void refuse() {
        if (!texts.isEmpty()) {
            var count = texts.size() == 1
                    ? "1 validation error detected: "
                    : texts.size() + " validation errors detected: ";
            throw new ApiException(ApiError.VALIDATION, count + String.join("; ", texts));
        }
    }

    private static String printed(Object value) {
        var text = value.toString();
        return text.length() <= PRINTED ? text : text.substring(0, PRINTED) + "…";
    }

    private String at(String member) {
        return path.isEmpty() ? member : String.join(".", path) + "." + member;
    }

    private void add(String valueAndPath, String words) {
        texts.add(valueAndPath + "' failed to satisfy constraint: " + words);
    }

    /// The text as `toString` prints it.
    static @Nullable String hidden(@Nullable Object secret) {
        return secret == null ? null : "*** Sensitive Data Redacted ***";
    }

    /// The text as `toString` prints it.
    static @Nullable String bytes(byte @Nullable [] blob) {
        return blob == null ? null : blob.length + " bytes";
    }
}
