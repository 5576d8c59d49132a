package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MachinesBeingMadeTest {
    @TempDir
    Path directory;

    private final MachinesBeingMade making = new MachinesBeingMade();

    private Cgroup cgroup(String name) throws IOException {
        var own = Files.createDirectory(directory.resolve(name));
        for (var file : new String[] {"cgroup.freeze", "cgroup.kill", "cpu.max"}) {
            Files.writeString(own.resolve(file), "");
        }
        return Cgroup.leftBehind(Set.of(own));
    }

    private boolean isKilled(String name) throws IOException {
        return Files.readString(directory.resolve(name).resolve("cgroup.kill")).equals("1");
    }

    @Test
    void thoseThatAreNotMadeYetAreKilledAndNoOtherBegins() throws Exception {
        var made = cgroup("made");
        making.begin(made);
        making.begin(cgroup("half"));
        making.over(made);

        making.end();

        assertThat(isKilled("half")).isTrue();
        assertThat(isKilled("made")).isFalse();
        assertThatThrownBy(() -> making.begin(made)).hasMessage("the server ends");
        assertThatThrownBy(making::requireMore).hasMessage("the server ends");
    }
}
