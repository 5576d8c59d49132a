package hearth.control.code;

import hearth.cluster.FunctionStore;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.Region;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps each account within its code storage, in each region.
///
/// To sum up what is stored for each request would take longer the more there is. So what is known here is a bound
/// that what is stored does not pass: each addition raises it, and it is replaced by the sum when it reaches the limit.
public final class CodeStorage {
    private final FunctionStore functions;
    private final Bytes limit;

    private final Map<Scope, Account> accounts = new ConcurrentHashMap<>();

    private record Scope(AccountId account, Region region) {}

    /// Guarded by itself; held while the store is asked, which is rare.
    private static final class Account {
        /// A bound of what is stored and on its way; -1 before the store was asked.
        long bound = -1;

        long onItsWay;
    }

    /// The room that is taken until the rows that need it are written, or will not be.
    public interface Room extends AutoCloseable {
        @Override
        void close();
    }

    public CodeStorage(FunctionStore functions, Bytes limit) {
        this.functions = functions;
        this.limit = limit;
    }

    /// Takes room for so many bytes more than now.
    public Room take(AccountId account, Region region, long bytes) {
        var scope = new Scope(account, region);
        long added = Math.max(0, bytes);
        var known = accounts.computeIfAbsent(scope, _ -> new Account());
        synchronized (known) {
            if (known.bound < 0 || known.bound + known.onItsWay + added > limit.count()) {
                known.bound = functions.usage(account, region).codeSize();
            }
            if (added > 0 && known.bound + known.onItsWay + added > limit.count()) {
                throw new ApiException(ApiError.CODE_STORAGE_EXCEEDED, "Code storage limit exceeded.");
            }
            known.onItsWay += added;
        }
        return () -> {
            synchronized (known) {
                known.onItsWay -= added;
                known.bound += added;
            }
        };
    }
}
