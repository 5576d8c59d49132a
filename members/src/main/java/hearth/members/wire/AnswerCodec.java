package hearth.members.wire;

import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardAnswer.Failed;
import hearth.invoke.shards.ShardAnswer.FromLedger;
import hearth.invoke.shards.ShardAnswer.Moved;
import hearth.invoke.shards.ShardAnswer.ProvisioningState;
import hearth.invoke.shards.ShardAnswer.Served;
import hearth.invoke.workermanager.Assignment;
import hearth.invoke.workermanager.Provisioned;
import hearth.invoke.workermanager.Unavailable;
import hearth.link.message.CommandCodec;
import hearth.link.message.EventCodec;
import hearth.link.message.FieldReader;
import hearth.link.message.FieldWriter;
import hearth.link.message.Versions;
import hearth.model.worker.WorkerId;
import java.util.Optional;

/// What the owner of a shard answers, in bytes.
final class AnswerCodec {
    private static final int SERVED = 1;
    private static final int FAILED = 2;
    private static final int MOVED = 3;
    private static final int PROVISIONING_STATE = 4;
    private static final int FROM_LEDGER = 5;

    private static final int NOT_RUNNABLE = 1;
    private static final int NO_CAPACITY = 2;
    private static final int TOO_LARGE = 3;
    private static final int TOO_LATE = 4;
    private static final int DEFECT = 5;
    private static final int CLOSED = 6;
    private static final int PARTED = 7;

    private AnswerCodec() {}

    static void write(ShardAnswer answer, int version, FieldWriter out) {
        switch (answer) {
            case Served(var ticket, var assignment) ->
                CommandCodec.write(
                        assignment.reservation(),
                        out.tag(SERVED).number(ticket).text(assignment.worker().value()));
            case Failed(var ticket, var why) ->
                write(why, version, out.tag(FAILED).number(ticket));
            case Moved(var ticket) -> out.tag(MOVED).number(ticket);
            case ProvisioningState(var ticket, var state) ->
                out.tag(PROVISIONING_STATE)
                        .number(ticket)
                        .number(state.wanted())
                        .number(state.ready())
                        .optional(state.failure().orElse(null), why -> EventCodec.write(why, out));
            case FromLedger(var message) -> LedgerCodec.write(message, out.tag(FROM_LEDGER));
        }
    }

    static ShardAnswer read(FieldReader in) {
        int tag = in.tag();
        return switch (tag) {
            case SERVED ->
                new Served(in.longNumber(), new Assignment(new WorkerId(in.text()), CommandCodec.reservation(in)));
            case FAILED -> new Failed(in.longNumber(), unavailable(in));
            case MOVED -> new Moved(in.longNumber());
            case PROVISIONING_STATE ->
                new ProvisioningState(
                        in.longNumber(),
                        new Provisioned(
                                in.number(),
                                in.number(),
                                Optional.ofNullable(in.optional(() -> EventCodec.notRunnable(in)))));
            case FROM_LEDGER -> new FromLedger(LedgerCodec.message(in));
            default -> throw WireCodec.unknown(tag);
        };
    }

    private static void write(Unavailable why, int version, FieldWriter out) {
        switch (why) {
            case Unavailable.NotRunnable(var outcome) -> EventCodec.write(outcome, out.tag(NOT_RUNNABLE));
            case Unavailable.NoCapacity() -> out.tag(NO_CAPACITY);
            case Unavailable.TooLarge() -> out.tag(TOO_LARGE);
            case Unavailable.TooLate() -> out.tag(TOO_LATE);
            case Unavailable.Defect() -> out.tag(DEFECT);
            case Unavailable.Closed() -> out.tag(CLOSED);
            // To those that do not know it, what its callers are told in the end.
            case Unavailable.Parted() -> out.tag(version >= Versions.KNOWS_PARTED ? PARTED : DEFECT);
        }
    }

    private static Unavailable unavailable(FieldReader in) {
        int tag = in.tag();
        return switch (tag) {
            case NOT_RUNNABLE -> new Unavailable.NotRunnable(EventCodec.notRunnable(in));
            case NO_CAPACITY -> new Unavailable.NoCapacity();
            case TOO_LARGE -> new Unavailable.TooLarge();
            case TOO_LATE -> new Unavailable.TooLate();
            case DEFECT -> new Unavailable.Defect();
            case CLOSED -> new Unavailable.Closed();
            case PARTED -> new Unavailable.Parted();
            default -> throw WireCodec.unknown(tag);
        };
    }
}
