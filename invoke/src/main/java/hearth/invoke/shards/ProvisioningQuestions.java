package hearth.invoke.shards;

import hearth.invoke.shards.ShardRequest.AskProvisioned;
import hearth.invoke.workermanager.Provisioned;
import hearth.model.FunctionId;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Asks the members that look after functions how far their provisioning has come.
public final class ProvisioningQuestions {
    private static final int ATTEMPTS = 3;
    private static final long PATIENCE_MILLIS = 700;

    private final MemberId self;
    private final ShardTransport transport;
    private final AtomicLong numbers;
    private final Map<Long, Question> open = new ConcurrentHashMap<>();

    private static final class Question {
        private final CountDownLatch answered = new CountDownLatch(1);
        private volatile @Nullable Provisioned state;
    }

    ProvisioningQuestions(MemberId self, ShardTransport transport, AtomicLong numbers) {
        this.self = self;
        this.transport = transport;
        this.numbers = numbers;
    }

    /// Blocks until there is an answer, for some two seconds at most; empty without one.
    public Optional<Provisioned> ask(FunctionId function, String version) throws InterruptedException {
        long number = numbers.getAndIncrement();
        var question = new Question();
        open.put(number, question);
        try {
            var request = new AskProvisioned(ShardId.of(function), self, number, function, version);
            for (int i = 0; i < ATTEMPTS; i++) {
                transport.toShard(request);
                if (question.answered.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
            return Optional.ofNullable(question.state);
        } finally {
            open.remove(number);
        }
    }

    void answered(long number, Provisioned state) {
        var question = open.get(number);
        if (question != null) {
            question.state = state;
            question.answered.countDown();
        }
    }
}
