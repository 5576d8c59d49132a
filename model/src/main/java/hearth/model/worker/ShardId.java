package hearth.model.worker;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;

/// A part of all functions: the environments of these are looked after by one WorkerManager at a time. In a
/// process that is alone that is the same for all parts; in a cluster its members share them out.
///
/// @param number from 0 to `COUNT` - 1
public record ShardId(int number) {
    /// How many there are. The same on all members, and in all releases that are to work together: it says where a
    /// function belongs.
    public static final int COUNT = 64;

    public ShardId {
        if (number < 0 || number >= COUNT) {
            throw new IllegalArgumentException("There is no shard " + number);
        }
    }

    /// Where a function belongs: the same in every process. Each invocation in a cluster asks for it.
    public static ShardId of(FunctionId function) {
        return spread(31 * hash(function.account(), function.region())
                + function.name().hashCode());
    }

    /// Where what is counted of an account in a region belongs.
    public static ShardId of(AccountId account, Region region) {
        return spread(hash(account, region));
    }

    /// Of texts alone, whose hashes Java fixes.
    private static int hash(AccountId account, Region region) {
        return 31 * account.value().hashCode() + region.value().hashCode();
    }

    private static ShardId spread(int hash) {
        // Neighbouring names differ in the last bits of their hash alone.
        return new ShardId((hash * 0x9E3779B9) >>> 26);
    }

    @Override
    public String toString() {
        return Integer.toString(number);
    }
}
