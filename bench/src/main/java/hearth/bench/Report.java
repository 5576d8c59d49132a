package hearth.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// The rows of a run, printed as they come and as a Markdown table at the end.
final class Report {
    private final String against;
    private final List<String> rows = new ArrayList<>();
    private long errors;

    /// @param against the commit whose build is measured beside this one; empty for none
    Report(String against) {
        this.against = against;
    }

    /// A figure, and how it is written.
    record Figure(OptionalDouble value, String text) {
        static final Figure NONE = new Figure(OptionalDouble.empty(), "");

        static Figure of(double value, String unit) {
            return Double.isNaN(value) ? NONE : new Figure(OptionalDouble.of(value), format(value) + unit);
        }

        static Figure millis(double nanos) {
            return of(nanos / 1e6, " ms");
        }

        static Figure seconds(double nanos) {
            return of(nanos / 1e9, " s");
        }

        Figure with(String words) {
            return new Figure(value, text + " " + words);
        }

        private double over(Figure other) {
            return value.isPresent() && other.value.isPresent()
                    ? value.getAsDouble() / other.value.getAsDouble()
                    : Double.NaN;
        }
    }

    /// A row whose ratios are those of its figures.
    void row(String name, Figure floor, Figure earlier, Figure now, String note) {
        row(name, floor, earlier, now, now.over(floor), now.over(earlier), note);
    }

    /// @param toFloor of this build's figure to the floor's; NaN for none
    /// @param toEarlier of this build's figure to the earlier build's; NaN for none
    void row(String name, Figure floor, Figure earlier, Figure now, double toFloor, double toEarlier, String note) {
        var cells = new ArrayList<>(List.of(name, floor.text));
        if (!against.isEmpty()) {
            cells.add(earlier.text);
        }
        cells.add(now.text);
        cells.add(ratio(toFloor));
        if (!against.isEmpty()) {
            cells.add(ratio(toEarlier));
        }
        cells.add(note);
        var line = "| " + String.join(" | ", cells) + " |";
        rows.add(line);
        System.out.println(line);
    }

    /// Notes answers that were not as they should be. A run that has any fails.
    void errors(long count) {
        errors += count;
    }

    long errors() {
        return errors;
    }

    String markdown() {
        return head() + String.join("\n", rows) + "\n";
    }

    String head() {
        var head = new ArrayList<>(List.of("row", "floor"));
        if (!against.isEmpty()) {
            head.add(against);
        }
        head.add("now");
        head.add("now ÷ floor");
        if (!against.isEmpty()) {
            head.add("now ÷ " + against);
        }
        head.add("note");
        return "| " + String.join(" | ", head) + " |\n" + "|---".repeat(head.size()) + "|\n";
    }

    /// What is going on, for whoever waits.
    static void progress(String words) {
        System.err.println("  " + words);
    }

    private static String ratio(double value) {
        return Double.isNaN(value) ? "" : format(value) + " ×";
    }

    static String format(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
