package hearth.link.message;

import hearth.model.Bytes;
import hearth.model.worker.EnvironmentEvent.Gone;
import hearth.model.worker.EnvironmentEvent.Idle;
import hearth.model.worker.EnvironmentEvent.Ready;
import hearth.model.worker.EnvironmentEvent.StartRefused;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationOutcome.Streamed;
import hearth.model.worker.InvocationProgress.Began;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.InvocationProgress.Piece;
import hearth.model.worker.MemberId;
import hearth.model.worker.ProcessorSample;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Report.Sent;
import hearth.model.worker.Report.Taken;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.ShardEvent.Superseded;
import hearth.model.worker.ShardEvent.TakenUp;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerEvent;
import java.util.List;

/// Events of workers, in bytes.
public final class EventCodec {
    private static final int READY = MessageCodec.EVENTS;
    private static final int IDLE = READY + 1;
    private static final int GONE = READY + 2;
    private static final int START_REFUSED = READY + 3;
    private static final int BEGAN = READY + 4;
    private static final int PIECE = READY + 5;
    private static final int ENDED = READY + 6;
    /// That does not tell who sent what runs, nor how many environments come up: all that version 2 knows.
    private static final int REPORT = READY + 7;
    private static final int TAKEN_UP = READY + 8;
    private static final int SUPERSEDED = READY + 9;
    private static final int REPORT_OF_SENT = READY + 10;

    // The outcomes of an invocation.
    private static final int ANSWERED = 1;
    private static final int STREAMED = 2;
    private static final int FAILED = 3;
    private static final int REFUSED = 4;
    private static final int NOT_RUNNABLE = 5;

    private EventCodec() {}

    /// @param version of the protocol in which it is said
    static void write(WorkerEvent event, int version, FieldWriter out) {
        switch (event) {
            case Ready(var environment) -> out.tag(READY).text(environment.value());
            case Idle(var environment, var reservation, var sample) ->
                out.tag(IDLE).text(environment.value()).number(reservation).optional(sample, taken -> out.duration(
                                taken.running())
                        .duration(taken.unhindered()));
            case Gone(var environment, var why) ->
                out.tag(GONE).text(environment.value()).optional(why, reason -> write(reason, out));
            case StartRefused(var environment, var reason) ->
                out.tag(START_REFUSED).text(environment.value()).text(reason);
            case Began(var requestId, var reservation, var contentType) -> {
                CommandCodec.write(reservation, out.tag(BEGAN).text(requestId));
                out.text(contentType);
            }
            case Piece(var requestId, var reservation, var number, var bytes) -> {
                CommandCodec.write(reservation, out.tag(PIECE).text(requestId));
                out.number(number).bytes(bytes);
            }
            case Ended(var requestId, var reservation, var outcome) -> {
                CommandCodec.write(reservation, out.tag(ENDED).text(requestId));
                write(outcome, version, out);
            }
            case Report report -> {
                boolean more = version >= Versions.TELLS_SENT;
                write(report, out.tag(more ? REPORT_OF_SENT : REPORT));
                if (more) {
                    out.truth(report.tellsSent())
                            .all(report.sent(), one -> write(one, out))
                            .number(report.taken().starting());
                }
            }
            case TakenUp(var shard, var epoch, var environments) ->
                out.tag(TAKEN_UP)
                        .number(shard.number())
                        .number(epoch)
                        .all(environments, one -> write(one, version, out));
            case Superseded(var shard, var epoch) ->
                out.tag(SUPERSEDED).number(shard.number()).number(epoch);
        }
    }

    static WorkerEvent read(int tag, FieldReader in) {
        return switch (tag) {
            case READY -> new Ready(new EnvironmentId(in.text()));
            case IDLE ->
                new Idle(
                        new EnvironmentId(in.text()),
                        in.longNumber(),
                        in.optional(() -> new ProcessorSample(in.duration(), in.duration())));
            case GONE -> new Gone(new EnvironmentId(in.text()), in.optional(() -> notRunnable(in)));
            case START_REFUSED -> new StartRefused(new EnvironmentId(in.text()), in.text());
            case BEGAN -> new Began(in.text(), CommandCodec.reservation(in), in.text());
            case PIECE -> new Piece(in.text(), CommandCodec.reservation(in), in.longNumber(), in.bytes());
            case ENDED -> new Ended(in.text(), CommandCodec.reservation(in), outcome(in));
            case REPORT -> report(in, false);
            case REPORT_OF_SENT -> report(in, true);
            case TAKEN_UP -> new TakenUp(new ShardId(in.number()), in.longNumber(), in.all(() -> held(in)));
            case SUPERSEDED -> new Superseded(new ShardId(in.number()), in.longNumber());
            default -> throw MessageCodec.unknown(tag);
        };
    }

    private static void write(InvocationOutcome outcome, int version, FieldWriter out) {
        switch (outcome) {
            case Answered(var payload, var contentType, var logTail) ->
                out.tag(ANSWERED).bytes(payload).text(contentType).optionalBytes(logTail);
            case Streamed(var logTail) -> out.tag(STREAMED).optionalBytes(logTail);
            case Failed(var payload, var error, var logTail) ->
                out.tag(FAILED).bytes(payload).text(error).optionalBytes(logTail);
            case Refused(var reason) -> out.tag(REFUSED).text(reason);
            case NotRunnable why -> write(version >= Versions.RESTORES ? why : before(why), out.tag(NOT_RUNNABLE));
        }
    }

    /// In terms that were known before environments were restored.
    private static NotRunnable before(NotRunnable why) {
        return switch (why.cause()) {
            case RESTORE_FAILED, RESTORE_TIMED_OUT -> new NotRunnable(NotRunnable.Cause.INIT_FAILED, why.message());
            case RUNTIME_MISSING, CODE_UNAVAILABLE, SANDBOX_FAILED, SHARE_USED_UP, INIT_FAILED -> why;
        };
    }

    private static InvocationOutcome outcome(FieldReader in) {
        int tag = in.tag();
        return switch (tag) {
            case ANSWERED -> new Answered(in.bytes(), in.text(), in.optionalBytes());
            case STREAMED -> new Streamed(in.optionalBytes());
            case FAILED -> new Failed(in.bytes(), in.text(), in.optionalBytes());
            case REFUSED -> new Refused(in.text());
            case NOT_RUNNABLE -> notRunnable(in);
            default -> throw new MalformedMessageException("an invocation has no outcome of kind " + tag);
        };
    }

    public static void write(NotRunnable why, FieldWriter out) {
        out.name(why.cause()).text(why.message());
    }

    public static NotRunnable notRunnable(FieldReader in) {
        return new NotRunnable(in.name(NotRunnable.Cause.class), in.text());
    }

    private static void write(Report report, FieldWriter out) {
        var capacity = report.capacity();
        out.number(report.number())
                .number(capacity.memory().count())
                .number(capacity.milliCpus())
                .number(capacity.slots())
                .number(report.taken().environments())
                .number(report.taken().memory().count())
                .number(report.taken().milliCpus())
                .number(report.taken().idle())
                .truth(report.room())
                .truth(report.roomToKeep())
                .all(report.environments(), one -> write(one, out));
    }

    private static void write(Sent sent, FieldWriter out) {
        FunctionCodec.write(sent.function(), out.text(sent.by().value()).truth(sent.former()))
                .number(sent.running());
    }

    private static Sent sent(FieldReader in) {
        return new Sent(new MemberId(in.text()), in.truth(), FunctionCodec.id(in), in.number());
    }

    private static void write(ReportedEnvironment one, FieldWriter out) {
        out.text(one.id().value())
                .name(one.phase())
                .number(one.lastReservation())
                .all(one.running(), out::number);
    }

    private static ReportedEnvironment reported(FieldReader in) {
        return new ReportedEnvironment(
                new EnvironmentId(in.text()), in.name(Phase.class), in.longNumber(), in.all(in::longNumber));
    }

    private static void write(HeldEnvironment held, int version, FieldWriter out) {
        CommandCodec.write(held.spec(), version, out);
        write(held.state(), out);
        out.duration(held.idle());
    }

    private static HeldEnvironment held(FieldReader in) {
        return new HeldEnvironment(CommandCodec.spec(in), reported(in), in.duration());
    }

    /// @param more whether it is as since version 3
    private static Report report(FieldReader in, boolean more) {
        long number = in.longNumber();
        var capacity = capacity(in);
        int environments = in.number();
        var memory = new Bytes(in.longNumber());
        long milliCpus = in.longNumber();
        int idle = in.number();
        boolean room = in.truth();
        boolean roomToKeep = in.truth();
        var standings = in.all(() -> reported(in));
        boolean tellsSent = more && in.truth();
        var sent = more ? in.all(() -> sent(in)) : List.<Sent>of();
        int starting = more ? in.number() : 0;
        return new Report(
                number,
                capacity,
                new Taken(environments, memory, milliCpus, idle, starting),
                room,
                roomToKeep,
                standings,
                tellsSent,
                sent);
    }

    private static WorkerCapacity capacity(FieldReader in) {
        return new WorkerCapacity(new Bytes(in.longNumber()), in.number(), in.number());
    }
}
