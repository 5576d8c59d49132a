package hearth.server.s3;

import hearth.model.memory.MemoryBudget;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/// A body that is read no further than to a limit; empty when it goes on there. Counts as memory from its first byte
/// until it is released.
final class LimitedBody implements BodySubscriber<Optional<byte[]>> {
    private final BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
    private final CompletableFuture<Optional<byte[]>> result = new CompletableFuture<>();
    private @Nullable Subscription subscription;
    private final MemoryBudget memory;
    private long left;
    // Both guarded by this: whoever has waited too long releases it from another thread.
    private long held;
    private boolean released;

    /// @param limit that the body must be smaller than
    LimitedBody(long limit, MemoryBudget memory) {
        this.memory = memory;
        left = limit;
    }

    @Override
    public CompletionStage<Optional<byte[]>> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        subscription = newSubscription;
        bytes.onSubscribe(newSubscription);
    }

    @Override
    public void onNext(List<ByteBuffer> part) {
        long size = part.stream().mapToLong(ByteBuffer::remaining).sum();
        left -= size;
        if (left > 0) {
            hold(size);
            bytes.onNext(part);
        } else if (subscription != null) {
            subscription.cancel();
            result.complete(Optional.empty());
        }
    }

    @Override
    public void onError(Throwable failure) {
        result.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        // While its parts are joined, it is there twice.
        long parts = hold(held());
        bytes.onComplete();
        var whole = bytes.getBody().toCompletableFuture().join();
        giveBack(parts);
        result.complete(Optional.of(whole));
    }

    private synchronized long held() {
        return held;
    }

    private synchronized long hold(long size) {
        if (released) {
            return 0;
        }
        memory.hold(size);
        held += size;
        return size;
    }

    private synchronized void giveBack(long size) {
        if (!released) {
            memory.giveBack(size);
            held -= size;
        }
    }

    /// Nobody needs it any more. Safe to repeat.
    synchronized void release() {
        released = true;
        memory.giveBack(held);
        held = 0;
    }
}
