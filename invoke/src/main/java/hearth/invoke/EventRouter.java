package hearth.invoke;

import hearth.invoke.counting.Counting;
import hearth.invoke.frontend.Frontend;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workermanager.WorkerManager;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Report;
import hearth.model.worker.ShardEvent;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;

/// Hands what workers tell to whom it is for: on the same thread.
public final class EventRouter implements WorkerEvents {
    private final Frontend frontend;
    private final WorkerManager workerManager;
    private final PlacementService placement;
    private final Counting counting;

    public EventRouter(Frontend frontend, WorkerManager workerManager, PlacementService placement, Counting counting) {
        this.frontend = frontend;
        this.workerManager = workerManager;
        this.placement = placement;
        this.counting = counting;
    }

    @Override
    public void happened(WorkerId from, WorkerEvent event) {
        switch (event) {
            case EnvironmentEvent environment -> workerManager.happened(from, environment);
            case InvocationProgress invocation -> frontend.happened(from, invocation);
            case Report report -> {
                placement.reported(from, report);
                workerManager.reported(from, report);
                counting.reported(from, report);
            }
            case ShardEvent shard -> workerManager.happened(from, shard);
        }
    }
}
