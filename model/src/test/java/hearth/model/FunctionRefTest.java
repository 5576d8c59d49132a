package hearth.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionRefTest {
    private static final AccountId CALLER = new AccountId("111111111111");
    private static final Region HERE = new Region("us-east-1");

    /// As the API's model has it.
    private static final Pattern PATTERN = Pattern.compile(
            "(arn:(aws[a-zA-Z-]*)?:lambda:)?((?<region>(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}):)?"
                    + "((?<account>\\d{12}):)?(function:)?(?<name>[a-zA-Z0-9-_\\.]+)"
                    + "(:(?<qualifier>\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?");

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "mail,-,-,mail,-",
                "mail:prod,-,-,mail,prod",
                "mail:$LATEST,-,-,mail,$LATEST",
                "mail:$LATEST.PUBLISHED,-,-,mail,$LATEST.PUBLISHED",
                "111111111111:function:mail,111111111111,-,mail,-",
                "111111111111:function:mail:7,111111111111,-,mail,7",
                "111111111111:mail,111111111111,-,mail,-",
                "us-east-1:111111111111:function:mail,111111111111,us-east-1,mail,-",
                "arn:aws:lambda:us-east-1:111111111111:function:mail,111111111111,us-east-1,mail,-",
                "arn:aws:lambda:us-east-1:111111111111:function:mail:1,111111111111,us-east-1,mail,1",
                "arn:aws-us-gov:lambda:us-gov-west-1:111111111111:function:mail,111111111111,us-gov-west-1,mail,-",
                "arn:aws-iso:lambda:us-isof-south-1:111111111111:function:mail,111111111111,us-isof-south-1,mail,-",
                "arn:aws-eusc:lambda:eusc-de-east-1:111111111111:function:mail,111111111111,eusc-de-east-1,mail,-",
                "arn:aws:lambda:us-east-1:111111111111:function,111111111111,us-east-1,function,-",
                "arn:aws:lambda:us-east-1:111111111111:function:$LATEST,111111111111,us-east-1,function,$LATEST",
                "function:mail,-,-,mail,-",
                "function,-,-,function,-",
                "111111111111,-,-,111111111111,-",
                "us-east-1,-,-,us-east-1,-",
            })
    void takesEveryWayToNameAFunction(String text, String account, String region, String name, String qualifier) {
        assertThat(FunctionRef.parse(text)).contains(new FunctionRef(account, region, name, qualifier));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "mail:",
                ":mail",
                "invalid:function:name",
                "arn:aws:lambda:us-east-1:123400000000@function:myfn",
                "mail:$OLDEST",
                "mail/2",
                "arn:aws:s3:us-east-1:111111111111:function:mail",
                "arn:aws:lambda:us-east-1:111111111111:layer:mail:1",
                "a:b:c:d:e:f:g:h:i:j",
                "mäil"
            })
    void refusesWhatNamesNoFunction(String text) {
        assertThat(FunctionRef.parse(text)).isEmpty();
    }

    @Test
    void agreesWithThePatternOfTheModelOnGarbledReferences() {
        var random = new Random(20260131);
        var words = new String[] {
            "arn",
            "aws",
            "aws-cn",
            "lambda",
            "us-east-1",
            "eusc-de-east-1",
            "us-gov-west-2",
            "us-iso-x-1",
            "us-1",
            "111111111111",
            "11111111111",
            "function",
            "mail",
            "$LATEST",
            "$LATEST.PUBLISHED",
            "7",
            "a.b",
            "",
            "x y",
            "layer"
        };

        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            int count = 1 + random.nextInt(9);
            for (int part = 0; part < count; part++) {
                text.append(part == 0 ? "" : ":").append(words[random.nextInt(words.length)]);
            }
            var matcher = PATTERN.matcher(text);
            var parsed = FunctionRef.parse(text.toString());

            assertThat(parsed.isPresent()).as(text.toString()).isEqualTo(matcher.matches());
            parsed.ifPresent(p -> assertThat(p)
                    .as(text.toString())
                    .isEqualTo(new FunctionRef(
                            matcher.group("account"),
                            matcher.group("region"),
                            matcher.group("name"),
                            matcher.group("qualifier"))));
        }
    }

    @Test
    void takesTheQualifierFromEitherPlaceButNotTwoDifferentOnes() {
        assertThat(ref("mail").withQualifier("prod").qualifier()).isEqualTo("prod");
        assertThat(ref("mail:prod").withQualifier(null).qualifier()).isEqualTo("prod");
        assertThat(ref("mail:prod").withQualifier("prod").qualifier()).isEqualTo("prod");
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> ref("mail:prod").withQualifier("test"))
                .withMessage("The derived qualifier from the function name does not match the specified qualifier.")
                .matches(e -> e.error() == ApiError.INVALID_PARAMETER_VALUE);
    }

    @Test
    void meansTheCallersAccountAndTheEndpointsRegionUnlessToldOtherwise() {
        var mail = new FunctionId(CALLER, HERE, "mail");

        assertThat(ref("mail").resolve(CALLER, HERE)).isEqualTo(mail);
        assertThat(ref(mail.arn()).resolve(CALLER, HERE)).isEqualTo(mail);
    }

    @Test
    void refusesAForeignRegion() {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> ref("arn:aws:lambda:ap-southeast-1:222222222222:function:mail")
                        .resolve(CALLER, HERE))
                .withMessage("Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')")
                .matches(e -> e.error() == ApiError.RESOURCE_NOT_FOUND);
    }

    @Test
    void meansTheAccountThatIsNamed() {
        assertThat(ref("222222222222:function:mail").resolve(CALLER, HERE))
                .isEqualTo(new FunctionId(new AccountId("222222222222"), HERE, "mail"));
    }

    @Test
    void refusesANewNameOfMoreThan64Characters() {
        ref("a".repeat(64)).requireNewName();

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> ref("a".repeat(65)).requireNewName())
                .withMessage("1 validation error detected: Value '" + "a".repeat(65) + "' at 'functionName' failed to"
                        + " satisfy constraint: Member must have length less than or equal to 64")
                .matches(e -> e.error() == ApiError.INVALID_PARAMETER_VALUE && e.typed());
    }

    private static FunctionRef ref(String text) {
        return FunctionRef.parse(text).orElseThrow();
    }
}
