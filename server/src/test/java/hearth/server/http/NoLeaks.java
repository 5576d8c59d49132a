package hearth.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a test class that lost a Netty buffer.
public final class NoLeaks implements AfterAllCallback {
    @Override
    public void afterAll(ExtensionContext context) {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        for (int i = 0; i < 3; i++) {
            System.gc();
            // Leaks are looked for when a buffer is allocated.
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        assertThat(LeakRecorder.isUsed()).isTrue();
        assertThat(LeakRecorder.leaks()).isEmpty();
    }
}
