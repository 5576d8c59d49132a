package hearth.model.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A constraint on a value, in the words and the order in which AWS says it.
sealed interface Rule {
    /// All that must be satisfied, as it is printed for the elements of a list.
    void describe(List<String> words);

    /// The constraints that this value, which is not null, does not satisfy.
    void breaches(Object value, List<String> words);

    private static void bounds(String what, @Nullable Number min, @Nullable Number max, List<String> words) {
        if (max != null) {
            words.add("Member must have " + what + " less than or equal to " + max);
        }
        if (min != null) {
            words.add("Member must have " + what + " greater than or equal to " + min);
        }
    }

    private static void breachedBounds(
            String what, double actual, @Nullable Number min, @Nullable Number max, List<String> words) {
        if (max != null && actual > max.doubleValue()) {
            bounds(what, null, max, words);
        }
        if (min != null && actual < min.doubleValue()) {
            bounds(what, min, null, words);
        }
    }

    /// The length and the pattern of a text.
    record Text(
            @Nullable Integer min,
            @Nullable Integer max,
            @Nullable WirePattern pattern) implements Rule {
        static Text of(@Nullable Integer min, @Nullable Integer max, @Nullable String pattern) {
            return new Text(min, max, pattern == null ? null : new WirePattern(pattern));
        }

        @Override
        public void describe(List<String> words) {
            bounds("length", min, max, words);
            if (pattern != null) {
                words.add(pattern.words());
            }
        }

        @Override
        public void breaches(Object value, List<String> words) {
            var text = (String) value;
            breachedBounds("length", text.length(), min, max, words);
            if (pattern != null && !pattern.matches(text, max)) {
                words.add(pattern.words());
            }
        }
    }

    /// One of a set of words.
    ///
    /// @param unprinted words that are taken too, but not told
    record Choice(Set<String> values, Set<String> unprinted) implements Rule {
        static Choice of(String... values) {
            return new Choice(new LinkedHashSet<>(Arrays.asList(values)), Set.of());
        }

        Choice or(String... unprinted) {
            return new Choice(values, Set.of(unprinted));
        }

        @Override
        public void describe(List<String> words) {
            words.add("Member must satisfy enum value set: " + values);
        }

        @Override
        public void breaches(Object value, List<String> words) {
            var word = (String) value;
            if (!values.contains(word) && !unprinted.contains(word)) {
                describe(words);
            }
        }
    }

    /// The value of a number. A double's bounds are doubles, and print as such.
    record Range(@Nullable Number min, @Nullable Number max) implements Rule {
        @Override
        public void describe(List<String> words) {
            bounds("value", min, max, words);
        }

        @Override
        public void breaches(Object value, List<String> words) {
            breachedBounds("value", ((Number) value).doubleValue(), min, max, words);
        }
    }

    /// How many bytes a blob has, or elements a list.
    record Size(@Nullable Integer min, @Nullable Integer max) implements Rule {
        @Override
        public void describe(List<String> words) {
            bounds("length", min, max, words);
        }

        @Override
        public void breaches(Object value, List<String> words) {
            int size = value instanceof byte[] bytes ? bytes.length : ((Collection<?>) value).size();
            breachedBounds("length", size, min, max, words);
        }
    }

    /// A list of scalars: its size, and what each element must satisfy.
    record Elements(
            @Nullable Integer min,
            @Nullable Integer max,
            @Nullable Rule each,
            Words kind) implements Rule {
        /// How what the elements must satisfy is printed.
        enum Words {
            WITH_NULL_CHECK,
            WITHOUT_NULL_CHECK,
            /// As if it was said of the list itself.
            PLAINLY
        }

        @Override
        public void describe(List<String> words) {
            bounds("length", min, max, words);
            words.addAll(elementWords());
        }

        @Override
        public void breaches(Object value, List<String> words) {
            var elements = (List<?>) value;
            breachedBounds("length", elements.size(), min, max, words);
            if (anyBreaks(elements, each)) {
                words.addAll(elementWords());
            }
        }

        private List<String> elementWords() {
            return switch (kind) {
                case PLAINLY -> described(each, false);
                case WITHOUT_NULL_CHECK -> List.of("Member must satisfy constraint: " + described(each, false));
                case WITH_NULL_CHECK -> List.of("Member must satisfy constraint: " + described(each, true));
            };
        }
    }

    /// A map: its size, and what each key and each value must satisfy.
    record Entries(
            @Nullable Integer min,
            @Nullable Integer max,
            @Nullable Rule key,
            @Nullable Rule value) implements Rule {
        @Override
        public void describe(List<String> words) {
            bounds("length", min, max, words);
            if (key != null) {
                words.add("Map keys must satisfy constraint: " + described(key, false));
            }
            words.add("Map value must satisfy constraint: " + described(value, true));
        }

        @Override
        public void breaches(Object map, List<String> words) {
            var entries = (Map<?, ?>) map;
            breachedBounds("length", entries.size(), min, max, words);
            if (anyBreaks(entries.keySet(), key)) {
                words.add("Map keys must satisfy constraint: " + described(key, false));
            }
            if (anyBreaks(entries.values(), value)) {
                words.add("Map value must satisfy constraint: " + described(value, true));
            }
        }
    }

    /// A rule for values that are printed nowhere.
    record Secret(Rule rule) implements Rule {
        @Override
        public void describe(List<String> words) {
            rule.describe(words);
        }

        @Override
        public void breaches(Object value, List<String> words) {
            rule.breaches(value, words);
        }
    }

    private static boolean anyBreaks(Collection<?> values, @Nullable Rule rule) {
        var words = new ArrayList<String>();
        for (var value : values) {
            if (value == null) {
                return true;
            }
            if (rule != null) {
                rule.breaches(value, words);
                if (!words.isEmpty()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<String> described(@Nullable Rule rule, boolean withNullCheck) {
        var words = new ArrayList<String>();
        if (rule != null) {
            rule.describe(words);
        }
        if (withNullCheck) {
            words.add("Member must not be null");
        }
        return words;
    }
}
