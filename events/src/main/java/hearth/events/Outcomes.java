package hearth.events;

import hearth.cluster.DeliveryRecord;
import hearth.cluster.DeliveryRecord.DeadLetter;
import hearth.cluster.DeliveryRecord.Kind;
import hearth.cluster.EventRecord;
import hearth.model.EventInvokeConfig;
import hearth.model.FunctionId;
import hearth.model.RecursionGuard;
import hearth.model.worker.Invocation;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Who hears of an event that is done, and what.
final class Outcomes {
    private static final Logger LOG = System.getLogger(Outcomes.class.getName());

    /// What an event may hold at AWS, and so what a function hears at most.
    private static final int MOST_PASSED_ON = 1 << 20;

    private final Supplier<String> requestIds;
    private final ObjLongConsumer<FunctionId> eventArrived;
    private final ObjLongConsumer<String> deliveryArrived;
    private final EventMeter meter;

    /// @param eventArrived hears of each event that was passed on to a function, with the time when it is due
    /// @param deliveryArrived hears of each target for which the store has a delivery more
    Outcomes(
            Supplier<String> requestIds,
            ObjLongConsumer<FunctionId> eventArrived,
            ObjLongConsumer<String> deliveryArrived,
            EventMeter meter) {
        this.requestIds = requestIds;
        this.eventArrived = eventArrived;
        this.deliveryArrived = deliveryArrived;
        this.meter = meter;
    }

    /// What the store is to keep in the event's place.
    ///
    /// @param passedOn events for functions that are destinations
    record Heard(List<DeliveryRecord> deliveries, List<EventRecord> passedOn) {
        static final Heard NOTHING = new Heard(List.of(), List.of());

        /// The same as the store comes to keep it. What nobody could be told of before, because the disk was full, has
        /// not grown old meanwhile.
        Heard at(long now) {
            return new Heard(
                    deliveries.stream().map(one -> one.madeAt(now)).toList(),
                    passedOn.stream().map(one -> one.acceptedAt(now)).toList());
        }

        /// The memory that it takes.
        long size() {
            return deliveries.stream().mapToLong(one -> one.body().length).sum()
                    + passedOn.stream()
                            .mapToLong(one -> one.invocation().payload().length)
                            .sum();
        }
    }

    boolean isHeardByNobody(Verdict.Done done, EventInvokeConfig config) {
        return destination(done, config).isEmpty()
                && deadLetterQueue(done, config).isEmpty();
    }

    private static Optional<String> destination(Verdict.Done done, EventInvokeConfig config) {
        return done.condition() == Verdict.Condition.SUCCESS ? config.onSuccess() : config.onFailure();
    }

    private static Optional<String> deadLetterQueue(Verdict.Done done, EventInvokeConfig config) {
        return done.condition() == Verdict.Condition.SUCCESS ? Optional.empty() : config.deadLetterQueue();
    }

    /// @param answer of the function that succeeded; null of an event that was given up
    /// @param now by the queue's clock
    Heard of(
            Verdict.Done done,
            Attempt.@Nullable Succeeded answer,
            EventInvokeConfig config,
            long now,
            Instant wallNow) {
        var deliveries = new ArrayList<DeliveryRecord>();
        var passedOn = new ArrayList<EventRecord>();
        destination(done, config).ifPresent(arn -> {
            var record = DestinationRecords.of(done, answer, wallNow);
            switch (Target.of(arn).orElse(null)) {
                case Target.OfFunction function ->
                    passOn(done, function, record, now, wallNow).ifPresent(passedOn::add);
                case null, default -> deliveries.add(delivery(done, arn, kind(done), record, Optional.empty(), now));
            }
        });
        deadLetterQueue(done, config)
                .ifPresent(arn -> deliveries.add(delivery(
                        done,
                        arn,
                        Kind.DEAD_LETTER,
                        done.event().invocation().payload(),
                        Optional.of(deadLetter(done)),
                        now)));
        return new Heard(deliveries, passedOn);
    }

    private static Kind kind(Verdict.Done done) {
        return done.condition() == Verdict.Condition.SUCCESS ? Kind.SUCCESS : Kind.FAILURE;
    }

    private Optional<EventRecord> passOn(
            Verdict.Done done, Target.OfFunction target, byte[] record, long now, Instant wallNow) {
        var event = done.event();
        if (record.length > MOST_PASSED_ON) {
            LOG.log(
                    Level.ERROR,
                    "The record of event {0} has {1} bytes, too many for {2}, which does not hear of it",
                    event.invocation().requestId(),
                    record.length,
                    target.arn());
            meter.undeliverable(event.function(), false);
            return Optional.empty();
        }
        var trace = event.invocation().traceHeader();
        if (done.condition() == Verdict.Condition.RECURSIVE_INVOCATION
                && RecursionGuard.of(target.function()).hasStopped(trace)) {
            // It would be stopped again and tell of that, without end.
            LOG.log(
                    Level.ERROR,
                    "{0} does not hear of event {1}, which was stopped in a recursive loop that it is part of",
                    target.arn(),
                    event.invocation().requestId());
            meter.undeliverable(event.function(), false);
            return Optional.empty();
        }
        var invocation =
                new Invocation(requestIds.get(), target.arn(), record, null, null, trace, wallNow, false, false);
        return Optional.of(EventRecord.accepted(target.function(), target.qualifier(), invocation, now));
    }

    private static DeliveryRecord delivery(
            Verdict.Done done, String arn, Kind kind, byte[] body, Optional<DeadLetter> letter, long now) {
        var event = done.event();
        return new DeliveryRecord(
                0,
                arn,
                event.function(),
                event.qualifier(),
                event.invocation().requestId(),
                event.invocation().traceHeader(),
                kind,
                body,
                letter,
                now,
                now,
                0,
                Optional.empty());
    }

    private static DeadLetter deadLetter(Verdict.Done done) {
        return switch (done.condition()) {
            case ZERO_RESERVED_CONCURRENCY ->
                new DeadLetter("429", done.condition().wireName());
            case RECURSIVE_INVOCATION -> new DeadLetter("400", RecursionGuard.REASON);
            case NOT_FOUND ->
                new DeadLetter(
                        "404",
                        "Function not found: "
                                + done.event().function().arn(done.event().qualifier()));
            case SUCCESS, RETRIES_EXHAUSTED, EVENT_AGE_EXCEEDED ->
                done.event()
                        .lastFailure()
                        .map(failure -> new DeadLetter("200", DestinationRecords.errorMessage(failure.payload())))
                        .orElseGet(() -> new DeadLetter("500", done.condition().wireName()));
        };
    }

    /// Has those worked on that the store now keeps.
    void arrived(Heard heard) {
        heard.deliveries().forEach(delivery -> deliveryArrived.accept(delivery.target(), delivery.due()));
        heard.passedOn().forEach(event -> {
            meter.received(event.function());
            eventArrived.accept(event.function(), event.due());
        });
    }
}
