package hearth.worker.code;

import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.code.PackageLimits;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Random;

/// A process that fetches and removes packages without end, to be killed.
final class KilledServer {
    static final int PACKAGES = 4;
    static final int FILES = 150;

    private KilledServer() {}

    static TestStore store() {
        var store = new TestStore();
        for (int i = 0; i < PACKAGES; i++) {
            store.put(zip(i));
        }
        return store;
    }

    static TestZip zip(int which) {
        var zip = new TestZip();
        for (int file = 0; file < FILES; file++) {
            zip.file("folder" + file % 7 + "/file" + file, content(which));
        }
        return zip;
    }

    static String content(int which) {
        return ("package " + which).repeat(100);
    }

    public static void main(String[] arguments) throws Exception {
        var random = new Random();
        // Room for two, so that removing goes on as much as unpacking.
        var cache = new CodeCache(
                Path.of(arguments[0]),
                store(),
                PackageLimits.STORED,
                new Bytes(FILES * 2 * 4096 + 20 * 4096),
                UnpackingThreads.of(1),
                InstantSource.system());
        var digests = new ArrayList<CodeDigest>();
        for (int i = 0; i < PACKAGES; i++) {
            digests.add(TestZip.digest(zip(i).build()));
        }
        System.out.println("ready");
        while (true) {
            cache.acquire(digests.get(random.nextInt(PACKAGES))).close();
        }
    }
}
