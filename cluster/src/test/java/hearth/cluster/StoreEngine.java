package hearth.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.TestPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/// The engines that a store may have, for tests that hold for each. One folder is one store, with either.
enum StoreEngine {
    SQLITE {
        @Override
        Store open(Path folder, Duration packageRemovalDelay) {
            return Store.open(folder, packageRemovalDelay);
        }

        @Override
        EventStore openEvents(Path folder) {
            return EventStore.open(folder);
        }

        @Override
        Optional<EventsReport> report(Path folder) {
            return EventsReport.read(folder);
        }
    },

    POSTGRESQL {
        @Override
        Store open(Path folder, Duration packageRemovalDelay) {
            var lock = DataFolderLock.take(folder);
            try {
                return Store.openShared(lock, url(folder), packageRemovalDelay, new Random(1));
            } finally {
                lock.close();
            }
        }

        @Override
        EventStore openEvents(Path folder) {
            return EventStore.open(url(folder), new Random(1));
        }

        @Override
        Optional<EventsReport> report(Path folder) {
            return EventsReport.read(url(folder));
        }

        private StoreUrl url(Path folder) {
            assumeTrue(TestPostgres.isThere(), TestPostgres.WHY_NOT);
            return DATABASES.computeIfAbsent(
                    folder, _ -> StoreUrl.parse(TestPostgres.running().newDatabase()));
        }
    };

    private static final Map<Path, StoreUrl> DATABASES = new ConcurrentHashMap<>();

    Store open(Path folder) {
        return open(folder, Duration.ofMinutes(10));
    }

    /// @param packageRemovalDelay how long a deployment package outlives the last use of it
    abstract Store open(Path folder, Duration packageRemovalDelay);

    abstract EventStore openEvents(Path folder);

    abstract Optional<EventsReport> report(Path folder);
}
