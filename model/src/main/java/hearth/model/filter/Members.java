package hearth.model.filter;

/// The members of an object, asked by name for what patterns want of them.
@FunctionalInterface
interface Members {
    Outcome outcome(String name, FilterPattern pattern);
}
