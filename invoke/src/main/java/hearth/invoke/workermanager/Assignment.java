package hearth.invoke.workermanager;

import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerId;

/// An environment for one invocation: its worker, and the reservation to show there.
public record Assignment(WorkerId worker, Reservation reservation) {}
