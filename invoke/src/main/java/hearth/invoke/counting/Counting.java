package hearth.invoke.counting;

import hearth.model.FunctionId;
import hearth.model.worker.Report;
import hearth.model.worker.WorkerId;

/// What counts the invocations that run, as whoever sets its limits and shows its figures sees it.
public interface Counting extends Admissions {
    /// Replaces a function's limits. What runs goes on, even above them.
    void limit(FunctionId function, FunctionLimits limits);

    /// A worker tells what it runs, and who sent it. Who counts alone knows that by itself.
    default void reported(WorkerId from, Report report) {}

    /// How many invocations run that were admitted here.
    int running();
}
