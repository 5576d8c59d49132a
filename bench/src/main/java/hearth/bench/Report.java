package hearth.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The rows of a run, printed as they come and as a Markdown table at the end.
final class Report {
    private final List<String> rows = new ArrayList<>();

    /// @param ratio of the measured value to its floor
    void row(String name, String measured, String floor, double ratio, String note) {
        var line = String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s |",
                name,
                measured,
                floor,
                Double.isNaN(ratio) ? "" : format(ratio) + " ×",
                note);
        rows.add(line);
        System.out.println(line);
    }

    void row(String name, String measured, String note) {
        row(name, measured, "", Double.NaN, note);
    }

    String markdown() {
        return "| row | Hearth | floor | ratio | note |\n|---|---|---|---|---|\n" + String.join("\n", rows) + "\n";
    }

    static String format(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }

    static String millis(double nanos) {
        return format(nanos / 1e6) + " ms";
    }
}
