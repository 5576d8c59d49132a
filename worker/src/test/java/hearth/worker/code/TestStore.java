package hearth.worker.code;

import hearth.model.CodeDigest;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A store in memory that counts, and can be made to wait.
final class TestStore implements PackageSource {
    private final Map<CodeDigest, byte[]> packages = new ConcurrentHashMap<>();
    final AtomicInteger opened = new AtomicInteger();
    volatile CountDownLatch reached = new CountDownLatch(1);
    volatile CountDownLatch gate = new CountDownLatch(0);

    CodeDigest put(TestZip zip) {
        return put(zip.build());
    }

    CodeDigest put(byte[] zip) {
        var digest = TestZip.digest(zip);
        packages.put(digest, zip);
        return digest;
    }

    void put(CodeDigest digest, byte[] zip) {
        packages.put(digest, zip);
    }

    @Override
    public InputStream open(CodeDigest digest) throws IOException {
        opened.incrementAndGet();
        reached.countDown();
        try {
            gate.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The store was told to stop");
        }
        var zip = packages.get(digest);
        if (zip == null) {
            throw new FileNotFoundException("There is no package " + digest.hex());
        }
        return new ByteArrayInputStream(zip);
    }
}
