package hearth.members.wire;

import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.sharded.AccountInRegion;
import hearth.invoke.counting.sharded.AccountLimits;
import hearth.invoke.counting.sharded.HolderId;
import hearth.invoke.counting.sharded.Holding;
import hearth.invoke.counting.sharded.Holdings;
import hearth.invoke.counting.sharded.LedgerMessage;
import hearth.invoke.counting.sharded.LedgerMessage.Allotment;
import hearth.invoke.counting.sharded.LedgerMessage.Allotted;
import hearth.invoke.counting.sharded.LedgerMessage.Inquiry;
import hearth.invoke.counting.sharded.LedgerMessage.Outlook;
import hearth.invoke.counting.sharded.Pool;
import hearth.link.message.FieldReader;
import hearth.link.message.FieldWriter;
import hearth.model.AccountId;
import hearth.model.Region;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// What frontends and the ledgers of accounts say to each other, in bytes. The order of pools is kept.
final class LedgerCodec {
    private static final int INQUIRY = 1;
    private static final int ALLOTMENT = 2;

    private static final int UNRESERVED = 1;
    private static final int RESERVED = 2;
    private static final int PROVISIONED = 3;

    private LedgerCodec() {}

    static void write(Holdings holdings, FieldWriter out) {
        write(holdings.account(), out);
        write(holdings.holder(), out);
        out.number(holdings.epoch())
                .number(holdings.number())
                .number(holdings.allotment())
                .number(holdings.limits())
                .duration(holdings.longest())
                .all(holdings.pools().entrySet(), one -> {
                    write(one.getKey(), out);
                    var held = one.getValue();
                    out.number(held.leases())
                            .number(held.running())
                            .number(held.waiting())
                            .number(held.wanted());
                })
                .all(holdings.elsewhere().entrySet(), one -> out.text(one.getKey())
                        .number(one.getValue()));
    }

    static Holdings holdings(FieldReader in) {
        return new Holdings(
                account(in),
                holder(in),
                in.longNumber(),
                in.longNumber(),
                in.longNumber(),
                in.longNumber(),
                in.duration(),
                map(in, () -> pool(in), () -> new Holding(in.number(), in.number(), in.number(), in.number())),
                map(in, in::text, in::number));
    }

    static void write(LedgerMessage message, FieldWriter out) {
        out.tag(
                switch (message) {
                    case Inquiry _ -> INQUIRY;
                    case Allotment _ -> ALLOTMENT;
                });
        write(message.account(), out);
        write(message.to(), out);
        out.number(message.epoch());
        if (message instanceof Allotment allotment) {
            write(allotment, out);
        }
    }

    private static void write(Allotment allotment, FieldWriter out) {
        out.number(allotment.number())
                .number(allotment.answers())
                .duration(allotment.term())
                .duration(allotment.longest())
                .number(allotment.limitsNumber())
                .optional(allotment.limits().orElse(null), limits -> write(limits, out))
                .all(allotment.pools().entrySet(), one -> {
                    write(one.getKey(), out);
                    out.number(one.getValue().leases()).name(one.getValue().outlook());
                });
    }

    static LedgerMessage message(FieldReader in) {
        int tag = in.tag();
        var account = account(in);
        var to = holder(in);
        long epoch = in.longNumber();
        return switch (tag) {
            case INQUIRY -> new Inquiry(account, to, epoch);
            case ALLOTMENT ->
                new Allotment(
                        account,
                        to,
                        epoch,
                        in.longNumber(),
                        in.longNumber(),
                        in.duration(),
                        in.duration(),
                        in.longNumber(),
                        Optional.ofNullable(in.optional(() -> limits(in))),
                        map(in, () -> pool(in), () -> new Allotted(in.number(), in.name(Outlook.class))));
            default -> throw WireCodec.unknown(tag);
        };
    }

    private static void write(AccountLimits limits, FieldWriter out) {
        out.number(limits.limit()).all(limits.functions().entrySet(), one -> {
            var function = one.getValue();
            out.text(one.getKey()).truth(function.reserved().isPresent());
            function.reserved().ifPresent(out::number);
            out.all(function.provisioned().entrySet(), version -> out.text(version.getKey())
                    .number(version.getValue()));
        });
    }

    private static AccountLimits limits(FieldReader in) {
        return new AccountLimits(
                in.number(),
                map(
                        in,
                        in::text,
                        () -> new FunctionLimits(
                                in.truth() ? OptionalInt.of(in.number()) : OptionalInt.empty(),
                                map(in, in::text, in::number))));
    }

    private static void write(AccountInRegion account, FieldWriter out) {
        out.text(account.account().value()).text(account.region().value());
    }

    private static AccountInRegion account(FieldReader in) {
        return new AccountInRegion(new AccountId(in.text()), new Region(in.text()));
    }

    private static void write(HolderId holder, FieldWriter out) {
        out.text(holder.frontend()).number(holder.incarnation());
    }

    private static HolderId holder(FieldReader in) {
        return new HolderId(in.text(), in.longNumber());
    }

    private static void write(Pool pool, FieldWriter out) {
        switch (pool) {
            case Pool.Unreserved() -> out.tag(UNRESERVED);
            case Pool.Reserved(var function) -> out.tag(RESERVED).text(function);
            case Pool.Provisioned(var function, var version) ->
                out.tag(PROVISIONED).text(function).text(version);
        }
    }

    private static Pool pool(FieldReader in) {
        int tag = in.tag();
        return switch (tag) {
            case UNRESERVED -> Pool.UNRESERVED;
            case RESERVED -> new Pool.Reserved(in.text());
            case PROVISIONED -> new Pool.Provisioned(in.text(), in.text());
            default -> throw WireCodec.unknown(tag);
        };
    }

    private static <K, V> Map<K, V> map(FieldReader in, Supplier<K> key, Supplier<V> value) {
        var map = new LinkedHashMap<K, V>();
        in.all(() -> Map.entry(key.get(), value.get())).forEach(one -> map.put(one.getKey(), one.getValue()));
        return map;
    }
}
