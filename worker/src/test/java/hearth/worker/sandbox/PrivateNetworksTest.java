package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PrivateNetworksTest {
    @TempDir
    Path directory;

    @Test
    void aUserIdIsAnothersOnlyOnceNothingOfItCanLive() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        try (var range = UidRange.claim(directory, "one")) {
            var slots = new Slots(range);
            var network = new SandboxNetwork.LoopbackOnly();
            var listening = new PrivateNetwork.Listening(List.of(), Optional.empty());
            try (var networks = new PrivateNetworks(network, slots, listening)) {
                var cgroup = Files.createDirectory(directory.resolve("cgroup"));
                var alive = PrivateNetwork.make(network, slots, listening);
                var dead = PrivateNetwork.make(network, slots, listening);

                networks.discard(alive, Cgroup.leftBehind(Set.of(cgroup)), "alive");
                networks.discard(dead, Cgroup.leftBehind(Set.of(directory.resolve("gone"))), "dead");

                assertThat(slots.take()).isEqualTo(dead.uid());
                assertThat(slots.take()).isNotEqualTo(alive.uid());
            }
        }
    }
}
