package hearth.invoke.workermanager;

import hearth.model.worker.Reservation;
import hearth.model.worker.Worker;

/// An environment for one invocation: its worker, and the reservation to show there.
public record Assignment(Worker worker, Reservation reservation) {}
