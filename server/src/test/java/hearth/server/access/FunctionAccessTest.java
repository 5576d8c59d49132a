package hearth.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.Routing;
import hearth.model.policy.ConditionKeys;
import hearth.model.policy.Requester;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FunctionAccessTest {
    private static final FunctionId GREET =
            new FunctionId(new AccountId("123456789012"), new Region("eu-west-1"), "greet");
    private static final Requester OWNER = new Requester.Account(GREET.account(), "aws");
    private static final Requester FRIEND = new Requester.Account(new AccountId("111122223333"), "aws");
    private static final Requester S3 = new Requester.Service("s3.amazonaws.com");
    private static final String INVOKE = "lambda:InvokeFunction";

    private static final String OPEN_URL = """
        {'Effect':'Allow','Principal':'*','Action':'lambda:InvokeFunctionUrl','Resource':'%s',
         'Condition':{'StringEquals':{'lambda:FunctionUrlAuthType':'NONE'}}}\
        """;
    private static final String OPEN_FUNCTION = """
        {'Effect':'Allow','Principal':'*','Action':'lambda:InvokeFunction','Resource':'%s',
         'Condition':{'Bool':{'lambda:InvokedViaFunctionUrl':'true'}}}\
        """;
    /// The policies of what there is, by qualifier.
    private final Map<String, List<String>> store = new HashMap<>(Map.of("$LATEST", List.of()));

    private boolean storeFails;
    private final InvocationMeter meter = new InvocationMeter() {};
    private final FunctionCache cache =
            new FunctionCache(FunctionCacheConfig.DEFAULT, this::read, Runnable::run, () -> 0, meter);
    private Instant now = Instant.parse("2026-11-28T12:00:00Z");
    private final FunctionAccess access =
            new FunctionAccess(new FunctionResolver(cache, new Random(1), () -> 0, meter), () -> now);

    @Test
    void letsTheOwnerInWhateverThePolicySaysAndWithoutALookAtIt() {
        storeFails = true;

        assertThat(invoke(null, OWNER)).isEqualTo(new Access.Allowed());
        assertThat(url(null, UrlAuthType.AWS_IAM, OWNER)).isEqualTo(new Access.Allowed());
    }

    @Test
    void refusesOthersInAwsWords() {
        assertThat(refusal(invoke(null, FRIEND)))
                .isEqualTo("User: arn:aws:iam::111122223333:root is not authorized to perform: lambda:InvokeFunction on"
                        + " resource: " + GREET.arn()
                        + " because no resource-based policy allows the lambda:InvokeFunction action");

        put("$LATEST", allow("'AWS':'111122223333'", GREET.arn(), ""), deny(GREET.arn()));

        assertThat(refusal(invoke(null, FRIEND)))
                .isEqualTo("User: arn:aws:iam::111122223333:root is not authorized to perform: lambda:InvokeFunction on"
                        + " resource: " + GREET.arn() + " with an explicit deny in a resource-based policy");
    }

    @Test
    void letsOthersInByThePolicyOfWhatTheyName() {
        put("$LATEST", allow("'AWS':'111122223333'", GREET.arn(), ""));
        put("1", allow("'AWS':'111122223333'", GREET.arn(), ""));
        put(
                "live",
                allow("'AWS':'111122223333'", GREET.arn(), ""),
                allow("'AWS':'111122223333'", GREET.arn("live"), ""));

        assertThat(invoke(null, FRIEND)).isEqualTo(new Access.Allowed());
        assertThat(invoke("live", FRIEND)).isEqualTo(new Access.Allowed());
        assertThat(invoke("1", FRIEND)).isInstanceOf(Access.Refused.class);
        assertThat(invoke("$LATEST", FRIEND)).isInstanceOf(Access.Refused.class);
    }

    @Test
    void saysTheSameOfWhatIsNotThereAsOfWhatIsClosed() {
        assertThat(refusal(invoke("gone", FRIEND)))
                .isEqualTo("User: arn:aws:iam::111122223333:root is not authorized to perform: lambda:InvokeFunction on"
                        + " resource: " + GREET.arn("gone")
                        + " because no resource-based policy allows the lambda:InvokeFunction action");
    }

    /// Each question that differs takes the place of the last one about the same function.
    @Test
    void remembersAnswersAsLongAsTheirPoliciesAreNotTooLongTogether() {
        put("$LATEST", allow("'AWS':'111122223333'", GREET.arn(), ""));
        put("1", allow("'AWS':'111122223333'", GREET.arn(), ""));
        put("2", allow("'AWS':'111122223333'", GREET.arn(), ""));
        int one = store.getOrDefault("1", List.of()).stream()
                .mapToInt(String::length)
                .sum();
        var two =
                new FunctionAccess(new FunctionResolver(cache, new Random(1), () -> 0, meter), () -> now, 2 * one + 9);

        for (int second = 0; second < 20; second++) {
            now = now.plusSeconds(1);
            ask(two, "1");
            ask(two, "$LATEST");
            assertThat(two.remembered()).isEqualTo(2);
        }
        ask(two, "2");
        assertThat(two.remembered()).isEqualTo(1);
    }

    private static void ask(FunctionAccess access, String qualifier) {
        access.decide(GREET, qualifier, FRIEND, INVOKE, ConditionKeys.NONE, _ -> {});
    }

    @Test
    void saysThatNothingIsKnownWhileTheStoreIsDown() {
        storeFails = true;

        assertThat(invoke(null, FRIEND)).isEqualTo(new Access.Unreachable());
        assertThat(url(null, UrlAuthType.NONE, FRIEND)).isEqualTo(new Access.Unreachable());
    }

    /// What was answered last is said again to the same question in the same second, and to no other.
    @Test
    void answersEachQuestionByItself() {
        put(
                "$LATEST",
                allow(
                        "'AWS':'111122223333'",
                        GREET.arn(),
                        ",'Condition':{'DateLessThan':{'aws:CurrentTime':'2026-11-28T12:00:01Z'},"
                                + "'StringEquals':{'aws:SourceIp':'192.0.2.1'}}"));
        var right = ConditionKeys.NONE.with(ConditionKeys.SOURCE_IP, "192.0.2.1");
        var wrong = ConditionKeys.NONE.with(ConditionKeys.SOURCE_IP, "192.0.2.2");

        assertThat(invoke(null, FRIEND, right)).isEqualTo(new Access.Allowed());
        assertThat(invoke(null, FRIEND, wrong)).isInstanceOf(Access.Refused.class);
        assertThat(invoke(null, FRIEND, right)).isEqualTo(new Access.Allowed());
        assertThat(invoke(null, S3, right)).isInstanceOf(Access.Refused.class);
        assertThat(invoke(null, FRIEND, right)).isEqualTo(new Access.Allowed());
        now = now.plusSeconds(1);
        assertThat(invoke(null, FRIEND, right)).isInstanceOf(Access.Refused.class);
    }

    @Test
    void followsThePolicyAsItChanges() {
        assertThat(invoke(null, FRIEND)).isInstanceOf(Access.Refused.class);

        put("$LATEST", allow("'AWS':'111122223333'", GREET.arn(), ""));
        assertThat(invoke(null, FRIEND)).isEqualTo(new Access.Allowed());

        put("$LATEST");
        assertThat(invoke(null, FRIEND)).isInstanceOf(Access.Refused.class);
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:s3:::bucket,123456789012,true",
        "arn:aws:s3:::other,123456789012,false",
        "arn:aws:s3:::bucket,999999999999,false",
        ",123456789012,false",
        "arn:aws:s3:::bucket,,false"
    })
    void letsServicesInForTheSourceThatIsNamed(
            @Nullable String sourceArn, @Nullable String sourceAccount, boolean allowed) {
        put(
                "$LATEST",
                allow(
                        "'Service':'s3.amazonaws.com'",
                        GREET.arn(),
                        ",'Condition':{'StringEquals':{'AWS:SourceAccount':'123456789012'},"
                                + "'ArnLike':{'AWS:SourceArn':'arn:aws:s3:::bucket'}}"));
        var keys = ConditionKeys.NONE;
        keys = sourceArn == null ? keys : keys.with(ConditionKeys.SOURCE_ARN, sourceArn);
        keys = sourceAccount == null ? keys : keys.with(ConditionKeys.SOURCE_ACCOUNT, sourceAccount);

        assertThat(invoke(null, S3, keys).equals(new Access.Allowed())).isEqualTo(allowed);
        assertThat(invoke(null, new Requester.Service("sns.amazonaws.com"), keys))
                .isInstanceOf(Access.Refused.class);
        assertThat(invoke(null, FRIEND, keys)).isInstanceOf(Access.Refused.class);
    }

    @Test
    void opensAUrlToEverybodyByBothPermissionsAlone() {
        put("$LATEST", OPEN_URL.formatted(GREET.arn()));
        assertThat(url(null, UrlAuthType.NONE, new Requester.Anonymous())).isInstanceOf(Access.Refused.class);

        put("$LATEST", OPEN_FUNCTION.formatted(GREET.arn()));
        assertThat(url(null, UrlAuthType.NONE, new Requester.Anonymous())).isInstanceOf(Access.Refused.class);

        put("$LATEST", OPEN_URL.formatted(GREET.arn()), OPEN_FUNCTION.formatted(GREET.arn()));
        assertThat(url(null, UrlAuthType.NONE, new Requester.Anonymous())).isEqualTo(new Access.Allowed());
        assertThat(url(null, UrlAuthType.AWS_IAM, FRIEND)).isInstanceOf(Access.Refused.class);
        // What comes by the URL does not come by the API.
        assertThat(invoke(null, FRIEND)).isInstanceOf(Access.Refused.class);
    }

    @ParameterizedTest
    @EnumSource(UrlAuthType.class)
    void knowsTheOwnerOfASignedUrlAlone(UrlAuthType authType) {
        assertThat(url(null, authType, OWNER).equals(new Access.Allowed())).isEqualTo(authType == UrlAuthType.AWS_IAM);
    }

    @Test
    void opensTheUrlOfAnAliasByThePolicyOfTheAlias() {
        put("$LATEST", OPEN_URL.formatted(GREET.arn()), OPEN_FUNCTION.formatted(GREET.arn()));
        put("live");
        assertThat(url("live", UrlAuthType.NONE, new Requester.Anonymous())).isInstanceOf(Access.Refused.class);

        put("live", OPEN_URL.formatted(GREET.arn("live")), OPEN_FUNCTION.formatted(GREET.arn("live")));
        assertThat(url("live", UrlAuthType.NONE, new Requester.Anonymous())).isEqualTo(new Access.Allowed());
    }

    @Test
    void letsAnotherAccountUseASignedUrl() {
        put(
                "$LATEST",
                "{'Effect':'Allow','Principal':{'AWS':'111122223333'},'Action':'lambda:InvokeFunctionUrl','Resource':'"
                        + GREET.arn()
                        + "','Condition':{'StringEquals':{'lambda:FunctionUrlAuthType':'AWS_IAM'}}}",
                allow("'AWS':'111122223333'", GREET.arn(), ""));

        assertThat(url(null, UrlAuthType.AWS_IAM, FRIEND)).isEqualTo(new Access.Allowed());
        assertThat(url(null, UrlAuthType.NONE, FRIEND)).isInstanceOf(Access.Refused.class);
        assertThat(url(null, UrlAuthType.AWS_IAM, new Requester.Account(new AccountId("999999999999"), "aws")))
                .isInstanceOf(Access.Refused.class);
    }

    private void put(String qualifier, String... statements) {
        store.put(
                qualifier,
                statements.length == 0
                        ? List.of()
                        : List.of(("{'Version':'2012-10-17','Statement':[" + String.join(",", statements) + "]}")
                                .replace('\'', '"')));
        cache.invalidate(GREET);
    }

    private static String allow(String principal, String resource, String condition) {
        return "{'Effect':'Allow','Principal':{" + principal + "},'Action':'lambda:InvokeFunction','Resource':'"
                + resource + "'" + condition + "}";
    }

    private static String deny(String resource) {
        return "{'Effect':'Deny','Principal':'*','Action':'*','Resource':'" + resource + "'}";
    }

    private Access invoke(@Nullable String qualifier, Requester requester) {
        return invoke(qualifier, requester, ConditionKeys.NONE);
    }

    private Access invoke(@Nullable String qualifier, Requester requester, ConditionKeys keys) {
        var told = new ArrayList<Access>();
        access.decide(GREET, qualifier, requester, INVOKE, keys, told::add);
        assertThat(told).hasSize(1);
        return told.getFirst();
    }

    private Access url(@Nullable String alias, UrlAuthType authType, Requester requester) {
        var told = new ArrayList<Access>();
        access.decideUrl(GREET, alias, authType, requester, ConditionKeys.NONE, told::add);
        assertThat(told).hasSize(1);
        return told.getFirst();
    }

    private static String refusal(Access access) {
        return ((Access.Refused) access).refusal().message();
    }

    private Optional<Routing> read(FunctionId function, String qualifier) {
        if (storeFails) {
            throw new IllegalStateException("A test asked for it");
        }
        return Optional.ofNullable(store.get(qualifier))
                .map(policies -> Routing.to(version()).with(policies));
    }

    private static FunctionVersion version() {
        return new FunctionVersion(
                GREET,
                FunctionId.LATEST,
                1,
                FunctionState.ACTIVE,
                "python3.13",
                "app.handler",
                new CodeDigest("ab".repeat(32)),
                List.of(),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of(),
                "arn:aws:iam::123456789012:role/r",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/greet",
                "INFO",
                "INFO",
                Optional.empty());
    }
}
