package hearth.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.model.Region;
import hearth.model.policy.ConditionKeys;
import hearth.model.policy.Requester;
import org.junit.jupiter.api.Test;

class AuthenticatedCallerTest {
    private static final AccountId ACCOUNT = new AccountId("123456789012");
    private static final Region REGION = new Region("eu-west-1");
    private static final Organization ORGANIZATION =
            new Organization("o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/");

    @Test
    void aServiceIsOfNoAccount() {
        var service = new AuthenticatedCaller(ACCOUNT, REGION, new Holder.Service("s3.amazonaws.com"));

        assertThat(service.isOf(ACCOUNT)).isFalse();
        assertThat(service.requester()).isEqualTo(new Requester.Service("s3.amazonaws.com"));
        assertThat(service.requester().isOf(ACCOUNT)).isFalse();
        assertThat(service.arn()).isEqualTo("s3.amazonaws.com");
        assertThat(service.accountName()).isEqualTo("s3.amazonaws.com");
        assertThat(service.userId()).isEqualTo("s3.amazonaws.com");
    }

    @Test
    void isKnownByWhatItsKeySays() {
        var anybody = ConditionKeys.NONE
                .with(ConditionKeys.REQUESTED_REGION, "eu-west-1")
                .with(ConditionKeys.SOURCE_IP, "192.0.2.1")
                .with(ConditionKeys.SECURE_TRANSPORT, "false");
        var service = new Holder.Service("s3.amazonaws.com");

        assertThat(keys(new Holder.Account(), Source.NONE))
                .isEqualTo(anybody.with(ConditionKeys.USER_ID, "123456789012"));
        assertThat(keys(new Holder.Member(new Organization("o-a1b2c3d4e5", "")), Source.NONE))
                .isEqualTo(anybody.with(ConditionKeys.PRINCIPAL_ORG_ID, "o-a1b2c3d4e5")
                        .with(ConditionKeys.USER_ID, "123456789012"));
        assertThat(keys(new Holder.Member(ORGANIZATION), Source.NONE))
                .isEqualTo(anybody.with(ConditionKeys.PRINCIPAL_ORG_ID, "o-a1b2c3d4e5")
                        .with(ConditionKeys.PRINCIPAL_ORG_PATHS, "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/")
                        .with(ConditionKeys.USER_ID, "123456789012"));
        assertThat(keys(service, Source.NONE)).isEqualTo(anybody);
        assertThat(keys(service, new Source("arn:aws:s3:::bucket", "111122223333")))
                .isEqualTo(anybody.with(ConditionKeys.SOURCE_ARN, "arn:aws:s3:::bucket")
                        .with(ConditionKeys.SOURCE_ACCOUNT, "111122223333"));
    }

    @Test
    void aMemberIsTheAccountItself() {
        var member = new AuthenticatedCaller(ACCOUNT, REGION, new Holder.Member(ORGANIZATION));

        assertThat(member.isOf(ACCOUNT)).isTrue();
        assertThat(member.arn()).isEqualTo("arn:aws:iam::123456789012:root");
        assertThat(member.userId()).isEqualTo("123456789012");
        assertThat(member.organizationId()).isEqualTo("o-a1b2c3d4e5");
    }

    private static ConditionKeys keys(Holder holder, Source source) {
        return new AuthenticatedCaller(ACCOUNT, REGION, holder, source).keys("192.0.2.1");
    }
}
