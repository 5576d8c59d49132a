package hearth.invoke.placement;

/// Where a new environment goes.
public sealed interface Placement {
    /// There, and its room is promised.
    record Placed(Slot slot) implements Placement {}

    /// Nowhere at the moment: room has to come free first.
    record NoRoom() implements Placement {}

    /// Nowhere ever: no worker is large enough, even empty.
    record NeverFits() implements Placement {}

    /// There is room, but none for what stays whether it is needed or not.
    record ShareUsedUp() implements Placement {}
}
