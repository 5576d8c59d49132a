package hearth.pollers.streams;

/// What is to be done next in a lane.
sealed interface Step {
    /// To have the function run.
    record Run(Batch batch) implements Step {}

    /// To tell the destination that the batch is given up.
    record Tell(Batch batch) implements Step {}

    /// To wait until then, or until something came.
    ///
    /// @param until milliseconds
    record Wait(long until) implements Step {
        static final Wait FOR_RECORDS = new Wait(Long.MAX_VALUE);
    }
}
