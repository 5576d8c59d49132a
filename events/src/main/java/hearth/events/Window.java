package hearth.events;

/// How many items of one queue may be in work at once: one more for each that went well, until the first is held up;
/// then one less for each that is, and one more again after four rounds without any.
final class Window {
    private static final int FIRST = 4;

    private static final double LATER_GROWTH = 0.25;

    private final int most;
    private double size;
    private boolean wasHeldUp;

    Window(int most) {
        this.most = most;
        this.size = Math.min(FIRST, most);
    }

    int size() {
        return (int) size;
    }

    /// @param running how many were in work, this one among them
    void ended(Ended.Pace pace, int running) {
        switch (pace) {
            case WELL -> {
                // What was not used says nothing of what there is room for.
                if (running * 4 >= size() * 3) {
                    size = Math.min(most, size + (wasHeldUp ? LATER_GROWTH / size : 1));
                }
            }
            case EVEN -> {
                // Says nothing of how many there are.
            }
            case HELD_UP -> {
                wasHeldUp = true;
                size = Math.max(1, size - 1);
            }
        }
    }
}
