package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The stocks of all kinds, which together take no more than a memory. Not safe to use from several threads: the pool's
/// lock guards it.
final class MachineStocks {
    private final Bytes memory;
    private final Map<MachineKind, MachineStock> stocks = new HashMap<>();

    MachineStocks(Bytes memory) {
        this.memory = memory;
    }

    /// To look at, and to remove from.
    Collection<MachineStock> all() {
        return stocks.values();
    }

    MachineStock of(MachineKind kind, long now) {
        return stocks.computeIfAbsent(kind, _ -> new MachineStock(kind, now));
    }

    @Nullable
    MachineStock find(MachineKind kind) {
        return stocks.get(kind);
    }

    /// Whether one more may wait, by what the last of its kind took.
    boolean fits(MachineStock stock) {
        var taken = stocks.values().stream()
                .mapToLong(each -> each.ready().size() * each.weight().count())
                .sum();
        return taken + stock.weight().count() <= memory.count();
    }

    boolean couldFit(MachineStock stock) {
        return stock.weight().count() <= memory.count();
    }

    /// @param nanos that making it took
    /// @param weight what it takes, which is only known now
    /// @return false where there is no room for it
    boolean add(MachineKind kind, PreparedMachine machine, long nanos, Bytes weight, long now) {
        var stock = of(kind, now);
        stock.made(nanos, weight);
        if (!fits(stock)) {
            return false;
        }
        stock.ready().addLast(machine);
        return true;
    }
}
