package hearth.invoke.frontend;

import hearth.invoke.Functions;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.FunctionId;
import hearth.model.Routing;
import java.util.Arrays;
import java.util.Optional;

/// How long a change of one function keeps the look-ups of others waiting. Run by hand; asserts nothing.
final class FunctionCacheBenchmark {
    private static final int ROUNDS = 200_000;

    private FunctionCacheBenchmark() {}

    public static void main(String[] arguments) throws InterruptedException {
        int functions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        var routing = Optional.of(Routing.to(Functions.latest("any")));
        var cache = new FunctionCache(
                FunctionCacheConfig.DEFAULT, (_, _) -> routing, Runnable::run, System::nanoTime, InvocationMeter.NONE);
        var ids = new FunctionId[functions];
        for (int i = 0; i < functions; i++) {
            ids[i] = Functions.id("function-" + i);
            cache.find(ids[i], FunctionId.LATEST, _ -> {});
        }
        for (int round = 0; round < 3; round++) {
            System.out.println(functions + " functions: find " + finds(cache, ids) + "; invalidate and find again "
                    + invalidates(cache, ids));
        }
        var changes = Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; !Thread.interrupted(); i++) {
                cache.invalidate(ids[i % ids.length]);
            }
        });
        System.out.println("find while another thread changes one function after the other " + finds(cache, ids));
        changes.interrupt();
        changes.join();
    }

    private static String finds(FunctionCache cache, FunctionId[] ids) {
        var took = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            var begun = System.nanoTime();
            cache.find(ids[i % ids.length], FunctionId.LATEST, _ -> {});
            took[i] = System.nanoTime() - begun;
        }
        return percentiles(took);
    }

    private static String invalidates(FunctionCache cache, FunctionId[] ids) {
        var took = new long[2_000];
        for (int i = 0; i < took.length; i++) {
            var begun = System.nanoTime();
            cache.invalidate(ids[i % ids.length]);
            cache.find(ids[i % ids.length], FunctionId.LATEST, _ -> {});
            took[i] = System.nanoTime() - begun;
        }
        return percentiles(took);
    }

    private static String percentiles(long[] took) {
        Arrays.sort(took);
        return "p50 " + took[took.length / 2] + " ns, p99 " + took[took.length * 99 / 100] + " ns, worst "
                + took[took.length - 1] + " ns";
    }
}
