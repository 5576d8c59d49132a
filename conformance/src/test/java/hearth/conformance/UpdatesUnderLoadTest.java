package hearth.conformance;

import static hearth.conformance.TestServer.lambda;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;

/// Functions that are updated over and over while others invoke them.
class UpdatesUnderLoadTest {
    private static final int FUNCTIONS = 3;
    private static final int UPDATES = 6;

    @Test
    void whoReadsThatAnUpdateIsDoneNeverGetsTheOldCode() throws Exception {
        var names = new ArrayList<String>();
        for (int i = 0; i < FUNCTIONS; i++) {
            names.add(TestServer.create("python3.11", "app.handler", Zips.of("app.py", answering(0)), 30));
        }
        var over = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var bystanders = names.stream()
                    .map(name -> threads.submit(() -> invokeUntil(over, name)))
                    .toList();
            var updates = names.stream()
                    .map(name -> threads.submit((Callable<Integer>) () -> update(name)))
                    .toList();

            try {
                for (Future<Integer> update : updates) {
                    assertThat(update.get()).isEqualTo(UPDATES);
                }
            } finally {
                over.set(true);
            }
            for (var bystander : bystanders) {
                assertThat(bystander.get()).as("invocations meanwhile").isPositive();
            }
        }
    }

    private static int update(String name) {
        int done = 0;
        for (int number = 1; number <= UPDATES; number++) {
            var code = Zips.of("app.py", answering(number));
            lambda().updateFunctionCode(r -> r.functionName(name).zipFile(code));
            // No pause: the moment right after the end of the update is what this is about.
            while (lambda().getFunctionConfiguration(r -> r.functionName(name)).lastUpdateStatus()
                    == LastUpdateStatus.IN_PROGRESS) {
                Thread.onSpinWait();
            }
            assertThat(invoke(name)).isEqualTo(Integer.toString(number));
            done++;
        }
        return done;
    }

    /// Any version will do.
    private static int invokeUntil(AtomicBoolean over, String name) {
        int invocations = 0;
        do {
            assertThat(invoke(name)).matches("\\d+");
            invocations++;
        } while (!over.get());
        return invocations;
    }

    private static String invoke(String name) {
        var answer = lambda().invoke(r -> r.functionName(name));
        assertThat(answer.functionError()).isNull();
        return answer.payload().asUtf8String();
    }

    private static String answering(int number) {
        return "def handler(event, context):\n    return " + number + "\n";
    }
}
