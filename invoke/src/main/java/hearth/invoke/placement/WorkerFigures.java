package hearth.invoke.placement;

import hearth.model.worker.Report.Taken;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;

/// A worker, as it reported last.
///
/// @param zone what fails together with it; empty if that is not known
/// @param taken what environments were promised there, by whomever
/// @param draining whether it is given no more
public record WorkerFigures(WorkerId worker, String zone, WorkerCapacity capacity, Taken taken, boolean draining) {}
