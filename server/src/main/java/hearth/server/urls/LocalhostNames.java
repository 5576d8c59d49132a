package hearth.server.urls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/// Whether names under `localhost` lead to this machine, as the system's resolver has it. Browsers and curl know by
/// themselves that they do; Node.js, Python, Java and most others ask the resolver, and many do not know.
public final class LocalhostNames {
    /// A name as function URLs have them.
    public static final String EXAMPLE = "hearth.lambda-url.us-east-1.localhost";

    /// How long the resolver may take: where it asks a server that does not answer, it is no use.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final FutureTask<Boolean> answer;

    private LocalhostNames(Predicate<String> resolver) {
        this.answer = new FutureTask<>(() -> resolver.test(EXAMPLE));
    }

    /// Begins to ask the system's resolver.
    public static LocalhostNames begin() {
        return begin(LocalhostNames::leadsHere);
    }

    static LocalhostNames begin(Predicate<String> resolver) {
        var names = new LocalhostNames(resolver);
        // The resolver may keep its thread for long.
        Thread.ofPlatform().daemon().name("localhost-names").start(names.answer);
        return names;
    }

    /// Whether they do. May wait for the resolver.
    public boolean resolve() {
        try {
            return answer.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    private static boolean leadsHere(String name) {
        try {
            return Arrays.stream(InetAddress.getAllByName(name)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
