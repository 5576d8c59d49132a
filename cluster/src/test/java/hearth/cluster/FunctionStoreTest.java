package hearth.cluster;

import static hearth.cluster.Samples.ACCOUNT;
import static hearth.cluster.Samples.REGION;
import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.EventInvokeConfig;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.RecursionGuard;
import hearth.model.Region;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.DestinationConfig;
import hearth.model.api.FunctionEventInvokeConfig;
import hearth.model.api.OnFailure;
import hearth.model.api.OnSuccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(StoreEngine.class)
class FunctionStoreTest {
    @Parameter
    private StoreEngine engine;

    @TempDir
    private Path folder;

    private Store store;
    private FunctionStore functions;

    @BeforeEach
    void open() {
        store = engine.open(folder.resolve("data"));
        functions = store.functions();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() {
        store.close();
        open();
    }

    @Test
    void tellsEveryListenerOfAChangeThoughOthersThrow() {
        var heard = new ArrayList<FunctionId>();
        functions.onChange(_ -> {
            throw new IllegalStateException("as told");
        });
        functions.onChange(heard::add);
        functions.onChange(_ -> {
            throw new StackOverflowError("as told");
        });
        functions.onChange(heard::add);

        functions.create(Change.to(Samples.function("greet", 7)));
        functions.create(Change.to(Samples.function("part", 8)));

        // A store that several servers share tells those again that failed.
        assertThat(heard).startsWith(id("greet"), id("greet")).containsSubsequence(id("part"), id("part"));
        assertThat(functions.listenerFailures()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void tellsListenersOfASettingThoughOthersThrow() {
        var heard = new ArrayList<FunctionId>();
        functions.onChange(Setting.RESERVED_CONCURRENCY, _ -> {
            throw new IllegalStateException("as told");
        });
        functions.onChange(Setting.RESERVED_CONCURRENCY, heard::add);
        functions.onChange(heard::add);
        functions.create(Change.to(Samples.function("greet", 7)));
        heard.clear();

        functions.edit(id("greet"), edit -> {
            edit.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 3);
            return true;
        });

        assertThat(heard).containsExactly(id("greet"), id("greet"));
    }

    @Test
    void keepsEveryMemberOfAFunctionOverARestart() {
        var function = Samples.function("greet", 7)
                .withPrevious(Optional.of(Samples.version("greet", 1, 3)))
                .withPublished(4, 6);
        functions.create(Change.to(function));

        reopen();

        assertThat(functions.find(id("greet"))).contains(function);
    }

    @Test
    void createsOneOfManyFunctionsOfTheSameName() throws Exception {
        var created = new AtomicInteger();
        Concurrently.run(40, number -> {
            if (functions.create(Change.to(Samples.function("same", number + 1)))) {
                created.incrementAndGet();
            }
        });

        assertThat(created).hasValue(1);
    }

    @Test
    void losesNoneOfManyUpdatesAtOnce() throws Exception {
        functions.create(Change.to(Samples.function("counted", 1)));
        Concurrently.run(
                200,
                _ -> functions.update(
                        id("counted"), before -> Change.to(before.withPublished(before.versionCounter() + 1, 1))));

        assertThat(functions.find(id("counted")).orElseThrow().versionCounter()).isEqualTo(200);
    }

    @Test
    void writesNothingOfADecisionThatRefuses() {
        functions.create(Change.to(Samples.function("steady", 1)));

        assertThatThrownBy(() -> functions.update(id("steady"), _ -> {
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");

        assertThat(functions.find(id("steady"))).contains(Samples.function("steady", 1));
    }

    @Test
    void goesOnServingTheCodeFromBeforeAnUpdateUntilItIsDone() {
        functions.create(Change.to(Samples.function("served", 1)));
        var before = functions.find(id("served")).orElseThrow();

        functions.update(
                id("served"),
                function -> Change.to(function.withPrevious(Optional.of(function.latest()))
                        .withLatest(Samples.function("served", 2).latest())));

        assertThat(functions
                        .resolve(id("served"), "$LATEST")
                        .orElseThrow()
                        .version()
                        .generation())
                .isEqualTo(before.latest().generation());
        functions.update(id("served"), function -> Change.to(function.withPrevious(Optional.empty())));
        assertThat(functions
                        .resolve(id("served"), "$LATEST")
                        .orElseThrow()
                        .version()
                        .generation())
                .isEqualTo(2);
    }

    @Test
    void resolvesAllThatTheDataPlaneNeeds() {
        functions.create(Change.to(Samples.function("whole", 5)));

        var version =
                functions.resolve(id("whole"), FunctionId.LATEST).orElseThrow().version();

        assertThat(version.function()).isEqualTo(id("whole"));
        assertThat(version.version()).isEqualTo("$LATEST");
        assertThat(version.state()).isEqualTo(FunctionState.ACTIVE);
        assertThat(version.runtime()).isEqualTo("python3.12");
        assertThat(version.handler()).isEqualTo("app.handler");
        assertThat(version.code()).isEqualTo(Samples.CODE);
        assertThat(version.memory()).isEqualTo(Bytes.mebibytes(128));
        assertThat(version.timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(version.ephemeralStorage()).isEqualTo(Bytes.mebibytes(512));
        assertThat(version.environment()).containsEntry("GREETING", "hej");
        assertThat(version.logGroup()).isEqualTo("/aws/lambda/whole");
    }

    @Test
    void resolvesHowTheEventsOfAQualifierAreTreated() {
        functions.create(Change.to(Samples.function("events", 1)));
        publish("events", 1);
        functions.edit(id("events"), edit -> {
            edit.put(Setting.EVENT_INVOKE_CONFIG, "1", eventInvokeConfig(60, 0, "", "arn:aws:sqs:us-east-1:1:failed"));
            edit.put(Setting.EVENT_INVOKE_CONFIG, FunctionId.LATEST, eventInvokeConfig(null, null, "arn:x", null));
            return true;
        });

        assertThat(events("1"))
                .isEqualTo(new EventInvokeConfig(
                        Duration.ofMinutes(1),
                        0,
                        Optional.empty(),
                        Optional.of("arn:aws:sqs:us-east-1:1:failed"),
                        Optional.empty()));
        assertThat(events(FunctionId.LATEST))
                .isEqualTo(new EventInvokeConfig(
                        Duration.ofHours(6), 2, Optional.of("arn:x"), Optional.empty(), Optional.empty()));
        functions.edit(id("events"), edit -> edit.remove(Setting.EVENT_INVOKE_CONFIG, "1"));
        assertThat(events("1")).isEqualTo(EventInvokeConfig.DEFAULT);
    }

    @Test
    void resolvesWhetherAFunctionMayLoop() {
        functions.create(Change.to(Samples.function("loops", 1)));
        publish("loops", 1);
        var terminated = RecursionGuard.of(id("loops"));
        assertThat(recursion(FunctionId.LATEST)).isEqualTo(terminated);

        setLoops("Allow");
        assertThat(recursion("1")).isEqualTo(terminated.allowingLoops(true));

        setLoops("Terminate");
        assertThat(recursion("1")).isEqualTo(terminated);
    }

    private void setLoops(String to) {
        functions.edit(id("loops"), edit -> {
            edit.put(Setting.RECURSIVE_LOOP, Setting.WHOLE, to);
            return true;
        });
    }

    private RecursionGuard recursion(String qualifier) {
        return functions.resolve(id("loops"), qualifier).orElseThrow().recursion();
    }

    private EventInvokeConfig events(String qualifier) {
        return functions.resolve(id("events"), qualifier).orElseThrow().events();
    }

    private static FunctionEventInvokeConfig eventInvokeConfig(
            @Nullable Integer age, @Nullable Integer retries, @Nullable String onSuccess, @Nullable String onFailure) {
        return FunctionEventInvokeConfig.builder()
                .maximumEventAgeInSeconds(age)
                .maximumRetryAttempts(retries)
                .destinationConfig(DestinationConfig.builder()
                        .onSuccess(OnSuccess.builder().destination(onSuccess).build())
                        .onFailure(OnFailure.builder().destination(onFailure).build())
                        .build())
                .build();
    }

    @Test
    void findsPublishedVersionsByNumberOnly() {
        functions.create(Change.to(Samples.function("published", 1)));
        publish("published", 1);

        assertThat(functions.resolve(id("published"), "1")).isPresent();
        for (var qualifier : List.of("2", "01", "0", "-1", "x", "99999999999999999999", "")) {
            assertThat(functions.resolve(id("published"), qualifier))
                    .as(qualifier)
                    .isEmpty();
        }
    }

    @Test
    void deletesAFunctionWithItsVersions() {
        functions.create(Change.to(Samples.function("gone", 1)));
        publish("gone", 1);

        assertThat(functions.delete(id("gone"))).isTrue();

        assertThat(functions.find(id("gone"))).isEmpty();
        assertThat(functions.find(id("gone"), "1")).isEmpty();
        assertThat(functions.delete(id("gone"))).isFalse();
    }

    @Test
    void forgetsWhatWasPublishedWhenTheNewestVersionIsDeleted() {
        functions.create(Change.to(Samples.function("pruned", 1)));
        publish("pruned", 1);
        publish("pruned", 2);

        functions.deleteVersion(id("pruned"), 2);

        var function = functions.find(id("pruned")).orElseThrow();
        assertThat(function.versionCounter()).isEqualTo(2);
        assertThat(function.publishedGeneration()).isZero();
        assertThat(functions.deleteVersion(id("pruned"), 2)).isFalse();
    }

    @Test
    void tellsOfEachCommittedChangeAndOfNothingElse() {
        var told = new ArrayList<FunctionId>();
        functions.onChange(told::add);

        functions.create(Change.to(Samples.function("heard", 1)));
        functions.create(Change.to(Samples.function("heard", 2)));
        functions.update(id("heard"), Change::to);
        functions.update(id("absent"), Change::to);
        assertThat(told).containsExactly(id("heard"));

        publish("heard", 1);
        functions.updateVersion(id("heard"), 1, version -> version);
        functions.deleteVersion(id("heard"), 1);
        functions.deleteVersion(id("heard"), 1);
        functions.delete(id("heard"));
        functions.delete(id("heard"));
        assertThat(told).containsExactly(id("heard"), id("heard"), id("heard"), id("heard"), id("heard"));
    }

    @Test
    void listsByNameAPageAtATime() {
        var names = IntStream.range(0, 25).mapToObj("f%02d"::formatted).toList();
        names.reversed().forEach(name -> functions.create(Change.to(Samples.function(name, 1))));
        functions.create(Change.to(new FunctionRecord(
                new FunctionId(new AccountId("999999999999"), REGION, "f00"),
                Samples.function("f00", 1).latest(),
                Optional.empty(),
                0,
                0,
                Map.of())));

        var listed = new ArrayList<String>();
        var page = functions.list(ACCOUNT, REGION, "", 10);
        listed.addAll(namesOf(page));
        while (page.more()) {
            page = functions.list(ACCOUNT, REGION, listed.getLast(), 10);
            listed.addAll(namesOf(page));
        }

        assertThat(listed).isEqualTo(names);
        assertThat(functions.list(ACCOUNT, new Region("eu-west-1"), "", 10).items())
                .isEmpty();
    }

    @Test
    void saysThatThereIsNoMoreWhenTheLastPageIsFull() {
        IntStream.range(0, 10).forEach(i -> functions.create(Change.to(Samples.function("f" + i, 1))));

        assertThat(functions.list(ACCOUNT, REGION, "", 10).more()).isFalse();
    }

    @Test
    void listsAllVersionsOfAllFunctionsInOrder() {
        for (var name : List.of("b", "a")) {
            functions.create(Change.to(Samples.function(name, 1)));
            for (int number = 1; number <= 11; number++) {
                publish(name, number);
            }
        }

        var listed = new ArrayList<String>();
        var name = "";
        long version = 0;
        Page<VersionRecord> page;
        do {
            page = functions.listAllVersions(ACCOUNT, REGION, name, version, 5);
            page.items()
                    .forEach(item -> listed.add(item.configuration().functionName() + ":"
                            + item.configuration().version()));
            name = String.valueOf(page.items().getLast().configuration().functionName());
            var qualifier = page.items().getLast().configuration().version();
            version = "$LATEST".equals(qualifier) ? 0 : Long.parseLong(String.valueOf(qualifier));
        } while (page.more());

        var expected = new ArrayList<String>();
        for (var function : List.of("a", "b")) {
            expected.add(function + ":$LATEST");
            IntStream.rangeClosed(1, 11).forEach(number -> expected.add(function + ":" + number));
        }
        assertThat(listed).isEqualTo(expected);
    }

    @Test
    void countsTheCodeOfEachPublishedVersionAgain() {
        functions.create(Change.to(Samples.function("one", 1)));
        publish("one", 1);
        publish("one", 2);
        functions.create(Change.to(Samples.function("two", 1)));

        assertThat(functions.usage(ACCOUNT, REGION)).isEqualTo(new Usage(4L * Samples.ZIP.length, 2));
    }

    @Test
    void findsWhatIsInTransition() {
        functions.create(Change.to(Samples.function("settled", 1)));
        functions.create(Change.to(inState("creating", "Pending", null)));
        functions.create(Change.to(inState("updating", "Active", "InProgress")));
        functions.create(Change.to(Samples.function("publishing", 1)));
        functions.update(
                id("publishing"),
                function -> Change.publishing(
                        function.withPublished(1, 1),
                        Samples.version("publishing", 1, 1)
                                .with(Samples.configuration("publishing", "1").toBuilder()
                                        .state("Pending")
                                        .build())));

        assertThat(functions.functionsInTransition()).containsExactlyInAnyOrder(id("creating"), id("updating"));
        assertThat(functions.versionsInTransition())
                .containsExactly(new FunctionStore.VersionInTransition(id("publishing"), 1));
    }

    @Test
    void neverHandsOutAGenerationTwiceNotEvenAfterARestart() {
        var last = functions.nextGeneration();
        assertThat(functions.nextGeneration()).isGreaterThan(last);

        reopen();

        assertThat(functions.nextGeneration()).isGreaterThan(last + 1);
    }

    private static FunctionRecord inState(String name, String state, @Nullable String update) {
        var function = Samples.function(name, 1);
        return function.withLatest(function.latest()
                .with(Samples.configuration(name, "$LATEST").toBuilder()
                        .state(state)
                        .lastUpdateStatus(update)
                        .build()));
    }

    @Test
    void namesTheQualifiersByWhichAFunctionIsLikelyInvoked() {
        functions.create(Change.to(Samples.function("named", 1)));
        for (int number = 1; number <= 11; number++) {
            publish("named", number);
        }
        for (var alias : List.of("live", "beta", "next")) {
            functions.edit(id("named"), edit -> {
                edit.put(AliasConfiguration.builder()
                        .name(alias)
                        .functionVersion("1")
                        .build());
                return true;
            });
        }

        assertThat(functions.qualifiers(id("named"), 2, 3)).containsExactly("$LATEST", "beta", "live", "11", "10", "9");
        assertThat(functions.qualifiers(id("absent"), 2, 3)).isEmpty();
    }

    @Test
    void namesTheFunctionsThatChangedLast() {
        for (var name : List.of("first", "second", "third")) {
            functions.create(Change.to(Samples.function(name, functions.nextGeneration())));
        }

        assertThat(functions.changedLast(2)).containsExactly(id("third"), id("second"));
    }

    private void publish(String name, long number) {
        functions.update(
                id(name),
                function -> Change.publishing(
                        function.withPublished(number, function.latest().generation()),
                        Samples.version(name, number, number)));
    }

    private static List<String> namesOf(Page<VersionRecord> page) {
        return page.items().stream()
                .map(item -> String.valueOf(item.configuration().functionName()))
                .toList();
    }
}
