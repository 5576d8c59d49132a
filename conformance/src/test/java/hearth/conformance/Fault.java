package hearth.conformance;

import hearth.conformance.ApiModel.Operation;
import java.util.List;

/// A request with one thing wrong, and what must be answered.
///
/// @param member what is wrong: `CreateFunction timeout`, as error texts spell the member
/// @param shape the type of what is wrong; empty where no type is
record Fault(Operation operation, Kind kind, String member, String shape, Draft draft, Expected expected) {
    enum Kind {
        MISSING,
        WRONG_TYPE,
        TOO_LONG,
        TOO_SHORT,
        BELOW_MINIMUM,
        ABOVE_MAXIMUM,
        BAD_PATTERN,
        UNKNOWN_WORD,
        UNKNOWN_RESOURCE,
        FOREIGN_ACCOUNT,
        FOREIGN_REGION,
        BAD_MARKER,
        BAD_MAX_ITEMS
    }

    /// @param error empty for none
    /// @param words all of which the message has
    record Expected(int status, String error, List<String> words) {
        static Expected of(int status, String error, String... words) {
            return new Expected(status, error, List.of(words));
        }

        /// A constraint of the model.
        static Expected broken(String... words) {
            return of(400, "ValidationException", words);
        }
    }

    Fault with(Expected other) {
        return new Fault(operation, kind, member, shape, draft, other);
    }

    String where() {
        return operation.name() + " " + member;
    }
}
