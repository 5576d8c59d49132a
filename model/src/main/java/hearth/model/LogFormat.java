package hearth.model;

/// `LoggingConfig.LogFormat` of the API.
public enum LogFormat {
    TEXT("Text"),
    JSON("JSON");

    private final String wireName;

    LogFormat(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
