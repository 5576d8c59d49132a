package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private final PrintStream realOut = System.out;
    private final PrintStream realErr = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path data = Path.of("");

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void letGo() {
        System.setOut(realOut);
        System.setErr(realErr);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "version"})
    void tellsItsVersion(String word) {
        assertThat(run(word)).isZero();
        assertThat(text(out)).startsWith("Hearth ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"help up", "up --help", "up -h", "--help up"})
    void explainsEachCommand(String words) {
        assertThat(run(words.split(" "))).isZero();
        assertThat(text(out)).startsWith("Usage: hearth up [OPTIONS]").contains("--port PORT", "[HEARTH_PORT]");
    }

    @Test
    void explainsEveryCommandThatItLists() {
        for (var command : Main.COMMANDS) {
            assertThat(run(("help " + command.name()).split(" ")))
                    .as(command.name())
                    .isZero();
        }
        for (var scripted : List.of("verify", "bench")) {
            assertThat(run("help", scripted)).as(scripted).isZero();
        }
        assertThat(run("help", "keys")).isZero();
        assertThat(text(out)).contains("hearth keys create", "hearth keys delete");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sttaus|there is no command sttaus. Did you mean status?",
                "log hello|Did you mean logs?",
                "verfy|Did you mean verify?",
                "help sotp|Did you mean stop?",
                "keys crate|behind keys comes create or list or delete and not crate. Did you mean create?",
                "keys|behind keys comes create or list or delete.",
                "xyzzy|there is no command xyzzy. `hearth help` lists them.",
                "logs hello --folow|there is no option --folow. Did you mean --follow?"
            })
    void saysWhatWasMeant(String words, String expected) {
        assertThat(run(words.split(" "))).isEqualTo(2);
        assertThat(text(err)).contains(expected);
    }

    @Test
    void warnsOfASettingThatDoesNotExistAndGoesOn() {
        assertThat(Main.run(Map.of("HEARTH_PROT", "1"), "--version")).isZero();
        assertThat(text(err)).contains("warning: there is no setting HEARTH_PROT", "HEARTH_PORT?");
    }

    @Test
    void saysThatNoServerRuns() {
        assertThat(run("status", "--data", data.toString())).isEqualTo(3);
        assertThat(run("stop", "--data", data.toString())).isZero();
        assertThat(text(out)).contains("No server runs with the data folder " + data);
    }

    @Test
    void tellsAServerThatWasKilledFromOneThatRuns() throws Exception {
        Files.writeString(data.resolve("server.json"), """
                {"version": "0.1.0", "pid": %d, "started": 1, "since": "2026-01-01T00:00:00Z", "state": "ready",
                 "address": "http://127.0.0.1:1", "sandboxes": "", "auth": "none", "drain": "PT5S"}
                """.formatted(
                        ProcessHandle.current().pid()));

        assertThat(run("status", "--data", data.toString())).isEqualTo(3);
        assertThat(run("stop", "--data", data.toString())).isZero();
    }

    @Test
    void saysWhereItLookedForALogAndWhatThereIs() throws Exception {
        assertThat(run("logs", "hello", "--data", data.toString())).isEqualTo(1);
        assertThat(text(err))
                .contains(
                        "there is no log of /aws/lambda/hello in account 000000000000 and region us-east-1",
                        data + "/logs/000000000000/us-east-1/%2Faws%2Flambda%2Fhello",
                        "There are no logs at all in " + data + "/logs");

        Files.createDirectories(data.resolve("logs/111122223333/eu-west-1/%2Faws%2Flambda%2Fother"));
        assertThat(run("logs", "hello", "--data", data.toString())).isEqualTo(1);
        assertThat(text(err)).contains("  other --account 111122223333 --region eu-west-1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--service s3|--service is the name of a service as policies have it, such as s3.amazonaws.com, and not s3",
                "--service arn:aws:s3:::b|--service is the name of a service",
                "--org a1b2c3d4e5|--org is o- with 10 to 32 small letters and digits behind it, such as o-a1b2c3d4e5, and not",
                "--org o-short|and not o-short",
                "--org-path o-a1b2c3d4e5/r-ab12/|--org-path needs --org with the id that the path begins with",
                "--org o-a1b2c3d4e5 --org-path o-a1b2c3d4e5|such as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/, and not",
                "--org o-a1b2c3d4e5 --org-path o-a1b2c3d4e5/r-ab12|with a / behind each",
                "--org o-a1b2c3d4e5 --org-path o-zzzzzzzzzz/r-ab12/|--org-path is the organization",
                "--service s3.amazonaws.com --org o-a1b2c3d4e5|--service and --org exclude each other",
                "--service s3.amazonaws.com --account 12|--account has 12 digits"
            })
    void makesNoKeyOfWhatIsNobody(String options, String expected) {
        assertThat(run(("keys create --data " + data + " " + options).split(" ")))
                .isEqualTo(2);
        assertThat(text(err)).contains(expected);
        assertThat(run("keys", "list", "--data", data.toString())).isZero();
        assertThat(text(out)).doesNotContain("AKIA");
    }

    @Test
    void listsTheServicesAndOrganizationsOfKeys() {
        for (var options : List.of(
                "",
                " --service events.amazonaws.com",
                " --org o-a1b2c3d4e5 --account 111122223333",
                " --org o-a1b2c3d4e5 --org-path o-a1b2c3d4e5/r-ab12/ --expires-in 1h")) {
            assertThat(run(("keys create --data " + data + options).split(" "))).isZero();
        }
        out.reset();

        assertThat(run("keys", "list", "--data", data.toString())).isZero();

        assertThat(text(out).lines().map(line -> line.replaceAll(" {2,}", "|").replaceAll("20[-0-9:TZ]{18}", "T")))
                .hasSize(5)
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("ACCESS KEY ID|ACCOUNT|CREATED|EXPIRES|SERVICE OR ORGANIZATION"),
                        line -> assertThat(line).endsWith("|-|-"),
                        line -> assertThat(line).endsWith("|000000000000|T|-|events.amazonaws.com"),
                        line -> assertThat(line).endsWith("|111122223333|T|-|o-a1b2c3d4e5"),
                        line -> assertThat(line).endsWith("|T|T|o-a1b2c3d4e5/r-ab12/"));
    }

    private static int run(String... words) {
        return Main.run(Map.of(), words);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
