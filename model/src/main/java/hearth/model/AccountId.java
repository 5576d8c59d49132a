package hearth.model;

/// A 12-digit AWS account number.
public record AccountId(String value) {
    public AccountId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("An account id has 12 digits, and this has not: " + value);
        }
    }

    public static boolean isValid(String value) {
        return value.length() == 12 && value.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
        return value;
    }
}
