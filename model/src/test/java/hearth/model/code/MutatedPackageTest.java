package hearth.model.code;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.ApiException;
import hearth.model.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/// Whatever happens to a zip's bytes, it is either shown in good order or refused.
class MutatedPackageTest {
    private static final int ROUNDS = 4_000;
    private static final PackageLimits LIMITS = new PackageLimits(new Bytes(1 << 20), new Bytes(1 << 20), 50, 200);

    @RepeatedTest(3)
    void isShownInGoodOrderOrRefused(RepetitionInfo repetition) throws IOException {
        var original = original(repetition.getCurrentRepetition());
        int refused = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            var mutated = mutate(original.clone(), new Random(seed));
            try {
                walk(mutated);
            } catch (ApiException _) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("Seed " + seed, e);
            }
        }

        assertThat(refused).as("most mutations break something").isGreaterThan(ROUNDS / 3);
        assertThat(refused).as("some mutations break nothing").isLessThan(ROUNDS);
    }

    private static byte[] original(int which) {
        var zip = new ZipForge()
                .directory("dir/")
                .file("dir/a.txt", "hello ".repeat(50))
                .executable("bootstrap", "#!/bin/sh\n")
                .part("stored", "as it is", part -> part.method = 0)
                .link("link", "dir/a.txt")
                .link("dir/up", "../bootstrap");
        return switch (which) {
            case 1 -> zip.build();
            case 2 -> zip.zip64().build();
            default -> zip.after("#!/bin/sh\n").comment("a comment").build();
        };
    }

    private static byte[] mutate(byte[] zip, Random random) {
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            int at = random.nextInt(zip.length);
            switch (random.nextInt(5)) {
                case 0 -> zip[at] = (byte) random.nextInt();
                case 1 -> zip[at] ^= (byte) (1 << random.nextInt(8));
                case 2 ->
                    zip[at] = List.of((byte) 0, (byte) 0xff, (byte) 0x7f, (byte) '/', (byte) '.')
                            .get(random.nextInt(5));
                case 3 -> {
                    int length = Math.min(random.nextInt(1, 40), zip.length - at);
                    System.arraycopy(zip, random.nextInt(zip.length - length), zip, at, length);
                }
                default -> zip[zip.length - 1 - random.nextInt(Math.min(zip.length, 120))] = (byte) random.nextInt();
            }
        }
        return zip;
    }

    private static void walk(byte[] zip) throws IOException {
        DeploymentPackage.walk(zip, LIMITS, new Unpacked());
    }
}
