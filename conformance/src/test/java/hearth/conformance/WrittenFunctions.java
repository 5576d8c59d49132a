package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/// Functions that are created, changed, published, invoked and deleted by several writers while the server may die
/// at any moment, and what must be there of them afterwards: all that was acknowledged, and of what was under way
/// all or nothing.
final class WrittenFunctions {
    private static final int FEW = 2;
    private static final int MANY = 6;

    private static final String ALIAS = "live";

    /// @param code the SHA-256 of what runs, and of each version
    /// @param alias the version that the alias points to, empty for none
    /// @param reserved concurrency, 0 for none
    /// @param changed since the last version was published
    private record Written(
            String description,
            String code,
            Map<String, String> versions,
            String alias,
            int reserved,
            boolean changed) {
        static Written created(String description, String code) {
            return new Written(description, code, Map.of(), "", 0, true);
        }

        boolean isSeenAs(Written seen) {
            return description.equals(seen.description)
                    && code.equals(seen.code)
                    && versions.equals(seen.versions)
                    && alias.equals(seen.alias)
                    && reserved == seen.reserved;
        }

        Written described(String text) {
            return new Written(text, code, versions, alias, reserved, true);
        }

        Written coded(String newCode) {
            return new Written(description, newCode, versions, alias, reserved, changed || !newCode.equals(code));
        }

        Written published() {
            var more = new TreeMap<>(versions);
            more.put(Integer.toString(versions.size() + 1), code);
            return new Written(description, code, more, alias, reserved, false);
        }

        Written aliased(String version) {
            return new Written(description, code, versions, version, reserved, changed);
        }

        Written reserved(int concurrency) {
            return new Written(description, code, versions, alias, concurrency, changed);
        }
    }

    /// What a write that was under way may have left.
    private record Doubt(@Nullable Written before, @Nullable Written after) {}

    private final Map<String, Written> known = new ConcurrentSkipListMap<>();
    private final Map<String, Doubt> doubts = new ConcurrentSkipListMap<>();

    /// What ran before an update goes on running until the update is done, perhaps by the next server.
    private final Set<String> replaced = new ConcurrentSkipListSet<>();

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger invoked = new AtomicInteger();
    private volatile boolean killing;

    /// Writes as one of several writers, until the server is gone.
    void writeUntilKilled(LambdaClient lambda, int writer, Random random) {
        try {
            for (int step = 0; ; step++) {
                write(lambda, "w" + writer + "-", random, step);
            }
        } catch (SdkClientException e) {
            if (!killing) {
                failures.add("A writer lost its server: " + e);
            }
        } catch (LambdaException e) {
            failures.add("A writer was told: " + e);
        }
    }

    private void write(LambdaClient lambda, String prefix, Random random, int step) {
        var own =
                known.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
        int choice = own.size() < FEW ? 0 : random.nextInt(own.size() > MANY ? 9 : 8);
        var name = own.isEmpty() ? "" : own.get(random.nextInt(own.size()));
        try {
            switch (choice) {
                case 0 -> create(lambda, prefix + random.nextInt(1 << 30), random);
                case 1 -> describe(lambda, name, "step " + step + " " + random.nextInt());
                case 2 -> publish(lambda, name);
                case 3 -> recode(lambda, name, random);
                case 4, 5 -> invoke(lambda, name);
                case 6 -> alias(lambda, name, random);
                case 7 -> reserve(lambda, name, random);
                default -> delete(lambda, name);
            }
        } catch (ResourceConflictException e) {
            // An update of it is still in progress: nothing was written.
            doubts.remove(name);
        }
    }

    private void create(LambdaClient lambda, String name, Random random) {
        var zip = code(random);
        attempt(
                name,
                Written.created("new", sha256(zip)),
                () -> lambda.createFunction(r -> r.functionName(name)
                        .description("new")
                        .runtime("python3.11")
                        .handler("app.handler")
                        .role(TestServer.ROLE)
                        .timeout(60)
                        .code(c -> c.zipFile(zip))));
    }

    private void describe(LambdaClient lambda, String name, String text) {
        attempt(
                name,
                written(name).described(text),
                () -> lambda.updateFunctionConfiguration(
                        r -> r.functionName(name).description(text)));
    }

    private void recode(LambdaClient lambda, String name, Random random) {
        var zip = code(random);
        replaced.add(written(name).code());
        attempt(
                name,
                written(name).coded(sha256(zip)),
                () -> lambda.updateFunctionCode(r -> r.functionName(name).zipFile(zip)));
    }

    private void publish(LambdaClient lambda, String name) {
        // Without a change there is no new version.
        if (written(name).changed()) {
            attempt(name, written(name).published(), () -> lambda.publishVersion(r -> r.functionName(name)));
        }
    }

    private void alias(LambdaClient lambda, String name, Random random) {
        var before = written(name);
        if (before.alias().isEmpty() && !before.versions().isEmpty()) {
            var version = version(before, random);
            attempt(
                    name,
                    before.aliased(version),
                    () -> lambda.createAlias(
                            r -> r.functionName(name).name(ALIAS).functionVersion(version)));
        } else if (random.nextInt(3) == 0) {
            attempt(
                    name,
                    before.aliased(""),
                    () -> lambda.deleteAlias(r -> r.functionName(name).name(ALIAS)));
        } else if (!before.alias().isEmpty()) {
            var version = version(before, random);
            attempt(
                    name,
                    before.aliased(version),
                    () -> lambda.updateAlias(
                            r -> r.functionName(name).name(ALIAS).functionVersion(version)));
        }
    }

    private static String version(Written written, Random random) {
        return Integer.toString(1 + random.nextInt(written.versions().size()));
    }

    private void reserve(LambdaClient lambda, String name, Random random) {
        int concurrency = random.nextInt(4) == 0 ? 0 : 5 + random.nextInt(5);
        attempt(name, written(name).reserved(concurrency), () -> {
            if (concurrency == 0) {
                lambda.deleteFunctionConcurrency(r -> r.functionName(name));
            } else {
                lambda.putFunctionConcurrency(r -> r.functionName(name).reservedConcurrentExecutions(concurrency));
            }
        });
    }

    private void delete(LambdaClient lambda, String name) {
        attempt(name, null, () -> lambda.deleteFunction(r -> r.functionName(name)));
    }

    private void invoke(LambdaClient lambda, String name) {
        var answer = lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String("7")));
        invoked.incrementAndGet();
        if (answer.functionError() != null) {
            failures.add(name + " answered " + answer.payload().asUtf8String());
        }
    }

    private void attempt(String name, @Nullable Written after, Runnable write) {
        doubts.put(name, new Doubt(known.get(name), after));
        write.run();
        become(name, after);
        acknowledged.incrementAndGet();
        doubts.remove(name);
    }

    private void become(String name, @Nullable Written written) {
        if (written == null) {
            known.remove(name);
        } else {
            known.put(name, written);
        }
    }

    private Written written(String name) {
        return known.getOrDefault(name, Written.created("", ""));
    }

    /// The updates that the last server did not come to the end of are done.
    void forgetReplaced() {
        replaced.clear();
    }

    /// From now on writers may lose their server.
    void expectKill() {
        killing = true;
    }

    /// The server is there again: holds what it has against what it acknowledged.
    void verify(LambdaClient lambda) {
        killing = false;
        assertThat(failures).isEmpty();
        for (var doubt : doubts.entrySet()) {
            var seen = seen(lambda, doubt.getKey());
            var before = Optional.ofNullable(doubt.getValue().before());
            var after = Optional.ofNullable(doubt.getValue().after());
            if (agree(after, seen)) {
                become(doubt.getKey(), doubt.getValue().after());
            } else {
                assertThat(agree(before, seen))
                        .as("%s was %s, was to be %s, and is %s", doubt.getKey(), before, after, seen)
                        .isTrue();
            }
        }
        doubts.clear();
        assertThat(lambda.listFunctionsPaginator().functions().stream().map(FunctionConfiguration::functionName))
                .containsExactlyInAnyOrderElementsOf(known.keySet());
        known.forEach((name, written) -> {
            var seen = seen(lambda, name);
            assertThat(agree(Optional.of(written), seen))
                    .as("%s was acknowledged as %s, and is %s", name, written, seen)
                    .isTrue();
        });
    }

    private static boolean agree(Optional<Written> expected, Optional<Written> seen) {
        return expected.isPresent() == seen.isPresent()
                && (expected.isEmpty() || expected.get().isSeenAs(seen.get()));
    }

    private static Optional<Written> seen(LambdaClient lambda, String name) {
        try {
            var versions = new TreeMap<String, String>();
            for (var version : lambda.listVersionsByFunctionPaginator(r -> r.functionName(name))
                    .versions()) {
                versions.put(version.version(), version.codeSha256());
            }
            var latest = lambda.getFunctionConfiguration(r -> r.functionName(name));
            assertThat(versions.remove("$LATEST")).isEqualTo(latest.codeSha256());
            var aliases = lambda.listAliases(r -> r.functionName(name)).aliases();
            var reserved =
                    lambda.getFunctionConcurrency(r -> r.functionName(name)).reservedConcurrentExecutions();
            return Optional.of(new Written(
                    latest.description(),
                    latest.codeSha256(),
                    versions,
                    aliases.isEmpty() ? "" : aliases.getFirst().functionVersion(),
                    reserved == null ? 0 : reserved,
                    false));
        } catch (ResourceNotFoundException e) {
            return Optional.empty();
        }
    }

    /// Any one of the functions.
    Optional<String> any(Random random) {
        var names = List.copyOf(known.keySet());
        return names.isEmpty() ? Optional.empty() : Optional.of(names.get(random.nextInt(names.size())));
    }

    /// The packages that the functions and their versions refer to, or did when their last server was killed, by
    /// their digests in hex.
    Set<String> packages() {
        var packages = new TreeSet<>(replaced);
        for (var written : known.values()) {
            packages.add(written.code());
            packages.addAll(written.versions().values());
        }
        return packages.stream()
                .map(code -> HexFormat.of().formatHex(Base64.getDecoder().decode(code)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    int acknowledged() {
        return acknowledged.get();
    }

    int invoked() {
        return invoked.get();
    }

    private static SdkBytes code(Random random) {
        return Zips.of("app.py", "def handler(event, context):\n    return event # " + random.nextLong() + "\n");
    }

    private static String sha256(SdkBytes zip) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(zip.asByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
