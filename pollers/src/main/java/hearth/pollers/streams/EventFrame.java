package hearth.pollers.streams;

/// What an event has before its records and behind them.
public record EventFrame(String begin, String end) {
    static final EventFrame RECORDS = new EventFrame("{\"Records\":[", "}");
}
