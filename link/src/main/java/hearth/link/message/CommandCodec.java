package hearth.link.message;

import hearth.model.Bytes;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.Invocation;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerCommand.Credit;
import hearth.model.worker.WorkerCommand.Expect;
import hearth.model.worker.WorkerCommand.Invoke;
import hearth.model.worker.WorkerCommand.MakeRoom;
import hearth.model.worker.WorkerCommand.Retire;
import hearth.model.worker.WorkerCommand.Start;
import hearth.model.worker.WorkerCommand.TakeUp;
import hearth.model.worker.WorkerId;

/// Commands to workers, in bytes.
public final class CommandCodec {
    private static final int START = MessageCodec.COMMANDS;
    private static final int INVOKE = START + 1;
    private static final int CREDIT = START + 2;
    private static final int RETIRE = START + 3;
    private static final int EXPECT = START + 4;
    private static final int TAKE_UP = START + 5;
    private static final int MAKE_ROOM = START + 6;

    private CommandCodec() {}

    /// @param version of the protocol in which it is said
    static void write(WorkerCommand command, int version, FieldWriter out) {
        switch (command) {
            case Start(var spec) -> write(spec, version, out.tag(START));
            case Invoke(var reservation, var invocation) -> {
                write(reservation, out.tag(INVOKE));
                write(invocation, out);
            }
            case Credit(var environment, var requestId, var pieces) ->
                out.tag(CREDIT).text(environment.value()).text(requestId).number(pieces);
            case Retire(var environment) -> out.tag(RETIRE).text(environment.value());
            case Expect(var function) -> FunctionCodec.write(function, version, out.tag(EXPECT));
            case TakeUp(var shard, var epoch) ->
                out.tag(TAKE_UP).number(shard.number()).number(epoch);
            case MakeRoom(var memory) -> out.tag(MAKE_ROOM).number(memory.count());
        }
    }

    static WorkerCommand read(int tag, FieldReader in) {
        return switch (tag) {
            case START -> new Start(spec(in));
            case INVOKE -> new Invoke(reservation(in), invocation(in));
            case CREDIT -> new Credit(new EnvironmentId(in.text()), in.text(), in.longNumber());
            case RETIRE -> new Retire(new EnvironmentId(in.text()));
            case EXPECT -> new Expect(FunctionCodec.read(in));
            case TAKE_UP -> new TakeUp(new ShardId(in.number()), in.longNumber());
            case MAKE_ROOM -> new MakeRoom(new Bytes(in.longNumber()));
            default -> throw MessageCodec.unknown(tag);
        };
    }

    /// Who does not know how to restore one starts it on demand.
    static void write(EnvironmentSpec spec, int version, FieldWriter out) {
        out.text(spec.id().value());
        FunctionCodec.write(spec.function(), version, out);
        boolean known = !spec.isSnapStart() || version >= Versions.RESTORES;
        out.optionalText(spec.tenant())
                .name(known ? spec.initializationType() : InitializationType.ON_DEMAND)
                .number(spec.maxConcurrency());
    }

    static EnvironmentSpec spec(FieldReader in) {
        return new EnvironmentSpec(
                new EnvironmentId(in.text()),
                FunctionCodec.read(in),
                in.optionalText(),
                in.name(InitializationType.class),
                in.number());
    }

    public static void write(Reservation reservation, FieldWriter out) {
        out.text(reservation.worker().value())
                .text(reservation.environment().value())
                .number(reservation.epoch())
                .number(reservation.number())
                .duration(reservation.life());
    }

    public static Reservation reservation(FieldReader in) {
        return new Reservation(
                new WorkerId(in.text()), new EnvironmentId(in.text()), in.longNumber(), in.longNumber(), in.duration());
    }

    private static void write(Invocation invocation, FieldWriter out) {
        out.text(invocation.requestId())
                .text(invocation.invokedArn())
                .bytes(invocation.payload())
                .optionalText(invocation.clientContext())
                .optionalText(invocation.tenant())
                .text(invocation.traceHeader())
                .instant(invocation.received())
                .truth(invocation.wantsLogTail())
                .truth(invocation.streams());
    }

    private static Invocation invocation(FieldReader in) {
        return new Invocation(
                in.text(),
                in.text(),
                in.bytes(),
                in.optionalText(),
                in.optionalText(),
                in.text(),
                in.instant(),
                in.truth(),
                in.truth());
    }
}
