package hearth.conformance;

import static hearth.conformance.TestServer.invoke;
import static hearth.conformance.TestServer.lambda;
import static hearth.conformance.TestServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.AliasConfiguration;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyStatusEnum;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// Aliases, reserved and provisioned concurrency through the AWS SDK for Java, with functions that really run.
class AliasesAndConcurrencyTest {
    private static final String TELLS_ITS_START =
            "import os\ndef handler(event, context):\n    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n";

    @Test
    void invokesWhatAnAliasPointsTo() {
        var function = twoVersions();
        var alias =
                lambda().createAlias(r -> r.functionName(function).name("live").functionVersion("1"));
        assertThat(alias.aliasArn()).endsWith(":function:" + function + ":live");

        var first = lambda().invoke(r -> r.functionName(function).qualifier("live"));
        assertThat(first.executedVersion()).isEqualTo("1");
        assertThat(first.payload().asUtf8String()).contains("1", alias.aliasArn());

        lambda().updateAlias(r ->
                r.functionName(function).name("live").functionVersion("2").revisionId(alias.revisionId()));
        assertThat(lambda().invoke(r -> r.functionName(alias.aliasArn())).executedVersion())
                .isEqualTo("2");
        assertThat(lambda().listAliases(r -> r.functionName(function)).aliases())
                .extracting(AliasConfiguration::name)
                .containsExactly("live");
        assertThatThrownBy(() ->
                        lambda().deleteFunction(r -> r.functionName(function).qualifier("2")))
                .isInstanceOf(ResourceConflictException.class);

        lambda().deleteAlias(r -> r.functionName(function).name("live"));
        assertThatThrownBy(() -> lambda().invoke(r -> r.functionName(function).qualifier("live")))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Function not found: " + alias.aliasArn());
    }

    @Test
    void sharesInvocationsBetweenTheVersionsOfAnAlias() {
        var function = twoVersions();
        lambda().createAlias(r -> r.functionName(function)
                .name("live")
                .functionVersion("1")
                .routingConfig(c -> c.additionalVersionWeights(Map.of("2", 0.5))));

        var versions = IntStream.range(0, 60)
                .mapToObj(_ -> lambda().invoke(r -> r.functionName(function).qualifier("live"))
                        .executedVersion())
                .toList();

        // That one of the two has less than a tenth happens once in 10^11 runs.
        assertThat(versions).containsOnly("1", "2");
        assertThat(versions.stream().filter("2"::equals).count()).isBetween(6L, 54L);
    }

    @Test
    void stopsAFunctionThatReservesNothing() {
        var function = python("def handler(event, context):\n    return 1\n");
        lambda().putFunctionConcurrency(r -> r.functionName(function).reservedConcurrentExecutions(0));

        var throttled = catchThrowableOfType(TooManyRequestsException.class, () -> invoke(function, "{}"));

        assertThat(lambda().getAccountSettings().accountLimit().concurrentExecutions())
                .isEqualTo(1000);
        assertThat(throttled.reasonAsString()).isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded");
        assertThat(lambda().getFunction(r -> r.functionName(function))
                        .concurrency()
                        .reservedConcurrentExecutions())
                .isZero();
        assertThat(reserved(function)).isZero();
        lambda().deleteFunctionConcurrency(r -> r.functionName(function));
        assertThat(reserved(function)).isNull();
        assertThat(invoke(function, "{}").payload().asUtf8String()).isEqualTo("1");
    }

    private static @Nullable Integer reserved(String function) {
        return lambda().getFunctionConcurrency(r -> r.functionName(function)).reservedConcurrentExecutions();
    }

    @Test
    void keepsProvisionedEnvironmentsInitialised() {
        var function = python(TELLS_ITS_START);
        publish(function);
        lambda().putProvisionedConcurrencyConfig(
                        r -> r.functionName(function).qualifier("1").provisionedConcurrentExecutions(2));

        Await.until(
                "the provisioned environments",
                () -> lambda().getProvisionedConcurrencyConfig(
                                        r -> r.functionName(function).qualifier("1"))
                                .status()
                        == ProvisionedConcurrencyStatusEnum.READY);

        assertThat(lambda().listProvisionedConcurrencyConfigs(r -> r.functionName(function))
                        .provisionedConcurrencyConfigs())
                .singleElement()
                .satisfies(config -> {
                    assertThat(config.functionArn()).endsWith(function + ":1");
                    assertThat(config.availableProvisionedConcurrentExecutions())
                            .isEqualTo(2);
                });
        var provisioned = lambda().invoke(r -> r.functionName(function).qualifier("1"));
        var onDemand = invoke(function, "{}");
        assertThat(provisioned.payload().asUtf8String()).isEqualTo("\"provisioned-concurrency\"");
        assertThat(onDemand.payload().asUtf8String()).isEqualTo("\"on-demand\"");
        lambda().deleteProvisionedConcurrencyConfig(
                        r -> r.functionName(function).qualifier("1"));
    }

    @Test
    void whatIsProvisionedForAVersionServesNoOther() {
        var function = twoVersions();
        lambda().createAlias(r -> r.functionName(function).name("live").functionVersion("1"));
        lambda().putFunctionConcurrency(r -> r.functionName(function).reservedConcurrentExecutions(1));
        lambda().putProvisionedConcurrencyConfig(
                        r -> r.functionName(function).qualifier("live").provisionedConcurrentExecutions(1));

        var throttled = catchThrowableOfType(TooManyRequestsException.class, () -> invoke(function, "{}"));
        var first = lambda().invoke(r -> r.functionName(function).qualifier("live"));
        lambda().updateAlias(r -> r.functionName(function).name("live").functionVersion("2"));
        var second = lambda().invoke(r -> r.functionName(function).qualifier("live"));

        assertThat(throttled.reasonAsString()).isEqualTo("ReservedFunctionConcurrentInvocationLimitExceeded");
        assertThat(first.executedVersion()).isEqualTo("1");
        assertThat(second.executedVersion()).isEqualTo("2");
        assertThatThrownBy(() -> lambda().invoke(r -> r.functionName(function).qualifier("1")))
                .isInstanceOf(TooManyRequestsException.class);
    }

    @Test
    void tellsThatCodeWhichFailsCannotBeProvisioned() {
        var function = python("raise RuntimeError('at the start')\n");
        publish(function);
        lambda().putProvisionedConcurrencyConfig(
                        r -> r.functionName(function).qualifier("1").provisionedConcurrentExecutions(1));

        Await.until(
                "the provisioned environments",
                () -> lambda().getProvisionedConcurrencyConfig(
                                        r -> r.functionName(function).qualifier("1"))
                                .status()
                        == ProvisionedConcurrencyStatusEnum.FAILED);

        assertThat(lambda().getProvisionedConcurrencyConfig(
                                r -> r.functionName(function).qualifier("1"))
                        .statusReason())
                .isEqualTo("FUNCTION_ERROR_INIT_FAILURE");
        assertThat(lambda().invoke(r -> r.functionName(function).qualifier("1").payload(SdkBytes.fromUtf8String("{}")))
                        .functionError())
                .isEqualTo("Unhandled");
    }

    private static String twoVersions() {
        var function = python(
                "def handler(event, context):\n    return [context.function_version, context.invoked_function_arn]\n");
        publish(function);
        lambda().updateFunctionConfiguration(r -> r.functionName(function).description("second"));
        lambda().waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(function));
        publish(function);
        return function;
    }

    private static void publish(String function) {
        var version = lambda().publishVersion(r -> r.functionName(function)).version();
        lambda().waiter()
                .waitUntilPublishedVersionActive(r -> r.functionName(function).qualifier(version));
    }
}
