package hearth.members.wire;

import hearth.invoke.shards.ShardRequest;
import hearth.invoke.shards.ShardRequest.Acquire;
import hearth.invoke.shards.ShardRequest.AskProvisioned;
import hearth.invoke.shards.ShardRequest.LedgerHoldings;
import hearth.invoke.shards.ShardRequest.Refused;
import hearth.invoke.shards.ShardRequest.Unused;
import hearth.invoke.shards.ShardRequest.Withdraw;
import hearth.link.message.CommandCodec;
import hearth.link.message.FieldReader;
import hearth.link.message.FieldWriter;
import hearth.link.message.FunctionCodec;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;

/// Requests to the owner of a shard, in bytes.
final class RequestCodec {
    private static final int ACQUIRE = 1;
    private static final int WITHDRAW = 2;
    private static final int REFUSED = 3;
    private static final int UNUSED = 4;
    private static final int ASK_PROVISIONED = 5;
    private static final int LEDGER_HOLDINGS = 6;

    private RequestCodec() {}

    /// @param version of the protocol in which it is said
    static void write(ShardRequest request, int version, FieldWriter out) {
        out.tag(tag(request))
                .number(request.shard().number())
                .text(request.from().value());
        switch (request) {
            case Acquire acquire -> {
                FunctionCodec.write(acquire.version(), version, out.number(acquire.ticket()));
                out.optionalText(acquire.tenant());
            }
            case Withdraw withdraw -> out.number(withdraw.ticket());
            case Refused refused -> CommandCodec.write(refused.reservation(), out);
            case Unused unused -> {
                CommandCodec.write(unused.reservation(), out);
                out.truth(unused.unreachable());
            }
            case AskProvisioned ask ->
                FunctionCodec.write(ask.function(), out.number(ask.ticket())).text(ask.version());
            case LedgerHoldings ledger -> LedgerCodec.write(ledger.holdings(), out);
        }
    }

    private static int tag(ShardRequest request) {
        return switch (request) {
            case Acquire _ -> ACQUIRE;
            case Withdraw _ -> WITHDRAW;
            case Refused _ -> REFUSED;
            case Unused _ -> UNUSED;
            case AskProvisioned _ -> ASK_PROVISIONED;
            case LedgerHoldings _ -> LEDGER_HOLDINGS;
        };
    }

    static ShardRequest read(FieldReader in) {
        int tag = in.tag();
        var shard = new ShardId(in.number());
        var from = new MemberId(in.text());
        return switch (tag) {
            case ACQUIRE -> new Acquire(shard, from, in.longNumber(), FunctionCodec.read(in), in.optionalText());
            case WITHDRAW -> new Withdraw(shard, from, in.longNumber());
            case REFUSED -> new Refused(shard, from, CommandCodec.reservation(in));
            case UNUSED -> new Unused(shard, from, CommandCodec.reservation(in), in.truth());
            case ASK_PROVISIONED -> new AskProvisioned(shard, from, in.longNumber(), FunctionCodec.id(in), in.text());
            case LEDGER_HOLDINGS -> new LedgerHoldings(shard, from, LedgerCodec.holdings(in));
            default -> throw WireCodec.unknown(tag);
        };
    }
}
