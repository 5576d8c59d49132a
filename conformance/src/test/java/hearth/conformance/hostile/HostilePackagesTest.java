package hearth.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;

/// Packages that do harm to whoever unpacks them as they ask: refused, or unpacked so that they do none.
class HostilePackagesTest {
    private static @Nullable Battery started;

    @BeforeAll
    static void start() throws Exception {
        started = Battery.start();
    }

    @AfterAll
    static void end() throws Exception {
        if (started != null) {
            started.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "absolute",
                "parent",
                "parent_within",
                "link_absolute",
                "link_to_parent",
                "chain_of_links",
                "link_replaced_by_file",
                "device",
                "pipe",
                "bomb",
                "bomb_that_lies",
                "overlapping_entries",
                "many_entries"
            })
    void isRefused(String name) throws Exception {
        assertThat(answer(name)).startsWith("400 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"backslashes", "link_alone", "link_to_the_host", "circle_of_links", "setuid", "bomb_within"})
    void isUnpackedWithoutHarm(String name) throws Exception {
        assertThat(answer(name)).isEqualTo("served");
        try (var files = Files.walk(battery().directory().resolve("data/code"))) {
            assertThat(files.filter(HostilePackagesTest::isSetuid)).isEmpty();
        }
        battery().lambda().deleteFunction(r -> r.functionName(function(name)));
    }

    private static boolean isSetuid(Path file) {
        try {
            return ((int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 06000) != 0;
        } catch (IOException gone) {
            return false;
        }
    }

    /// What the upload was answered, or the function if it was taken. A naive program unpacks the same with harm.
    private static String answer(String name) throws Exception {
        var battery = battery();
        var mark = battery.victim().mark();
        var outside = battery.outside();
        var folder = Files.createDirectory(outside.directory().resolve(name));
        var zip = outside.directory().resolve(name + ".zip");
        var naive = Result.of(lastLine(
                outside.run(Outside.PYTHON, "-W", "ignore", "packages.py", name, zip.toString(), folder.toString())));
        var answer = upload(function(name), Files.readAllBytes(zip));
        outside.run("rm", "-rf", folder.toString(), zip.toString());
        battery.record("zip: " + name, naive.how(), answer, mark);
        assertThat(naive.worked()).as(naive.how()).isTrue();
        return answer;
    }

    private static String function(String name) {
        return "zip-" + name.replace('_', '-');
    }

    private static String lastLine(String text) {
        return text.strip().lines().toList().getLast();
    }

    private static String upload(String name, byte[] zip) {
        var battery = battery();
        try {
            battery.create(battery.function(name, "app.handler", zip, 128).build());
        } catch (InvalidParameterValueException e) {
            return e.statusCode() + " " + e.awsErrorDetails().errorMessage();
        }
        return battery.invoke(name, "{}").payload().asUtf8String().replace("\"", "");
    }

    private static Battery battery() {
        return Objects.requireNonNull(started);
    }
}
