package hearth.control.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.control.code.ObjectStore.Answer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FewObjectsTest {
    private static final S3Object OBJECT = new S3Object("code", "app.zip", null);

    @Test
    void releasesAnObjectOnce() {
        var released = new AtomicInteger();
        var objects = of(new Answer.Found(new byte[1000], "v1", released::incrementAndGet));

        var found = (Answer.Found) objects.get(OBJECT, 2000);

        assertThat(released).hasValue(0);
        found.release().run();
        found.release().run();
        assertThat(released).hasValue(1);
    }

    @Test
    void fetchesTheNextOnlyOnceOneIsReleased() throws Exception {
        var objects = of(new Answer.Found(new byte[1000], "v1"));
        var first = (Answer.Found) objects.get(OBJECT, 2000);
        var begun = new CompletableFuture<Thread>();
        var next = CompletableFuture.supplyAsync(
                () -> {
                    begun.complete(Thread.currentThread());
                    return objects.get(OBJECT, 2000);
                },
                Thread::startVirtualThread);
        var thread = begun.get();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(next).isNotDone();

        first.release().run();

        assertThat(next.get(20, TimeUnit.SECONDS)).isInstanceOf(Answer.Found.class);
    }

    @Test
    void holdsNothingOfWhatWasNotFound() {
        var objects = of(new Answer.TooLarge());

        assertThat(objects.get(OBJECT, 10)).isEqualTo(new Answer.TooLarge());
        assertThat(objects.get(OBJECT, 10)).isEqualTo(new Answer.TooLarge());
    }

    @Test
    void holdsNothingAfterAFailure() {
        var objects = new FewObjects(
                (_, _) -> {
                    throw new IllegalStateException("as the test asked");
                },
                1);

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> objects.get(OBJECT, 10)).hasMessage("as the test asked");
        }
    }

    private FewObjects of(Answer answer) {
        return new FewObjects((_, _) -> answer, 1);
    }
}
