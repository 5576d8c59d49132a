package hearth.pollers;

/// Stands for a poller of a source that Hearth does not poll, and says so.
record Unpolled(Status status, String what) implements Poller {
    @Override
    public void begin() {
        status.sourceFails("Hearth polls no " + what + ".");
    }

    @Override
    public void close(boolean now) {
        // It took nothing.
    }

    @Override
    public boolean mayOverlap() {
        return true;
    }
}
