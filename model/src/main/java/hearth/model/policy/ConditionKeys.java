package hearth.model.policy;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is known of a request that conditions may ask for, by key, such as `aws:SourceArn`. The case of a key does not
/// matter.
public final class ConditionKeys {
    public static final String CURRENT_TIME = "aws:CurrentTime";
    public static final String EPOCH_TIME = "aws:EpochTime";
    public static final String EVENT_SOURCE_TOKEN = "lambda:EventSourceToken";
    public static final String FUNCTION_URL_AUTH_TYPE = "lambda:FunctionUrlAuthType";
    public static final String INVOKED_VIA_FUNCTION_URL = "lambda:InvokedViaFunctionUrl";
    public static final String PRINCIPAL_ACCOUNT = "aws:PrincipalAccount";
    public static final String PRINCIPAL_ARN = "aws:PrincipalArn";
    public static final String PRINCIPAL_IS_AWS_SERVICE = "aws:PrincipalIsAWSService";
    public static final String PRINCIPAL_ORG_ID = "aws:PrincipalOrgID";
    public static final String PRINCIPAL_ORG_PATHS = "aws:PrincipalOrgPaths";
    public static final String PRINCIPAL_SERVICE_NAME = "aws:PrincipalServiceName";
    public static final String PRINCIPAL_TYPE = "aws:PrincipalType";
    public static final String REQUESTED_REGION = "aws:RequestedRegion";
    public static final String RESOURCE_ACCOUNT = "aws:ResourceAccount";
    public static final String SECURE_TRANSPORT = "aws:SecureTransport";
    public static final String SOURCE_ACCOUNT = "aws:SourceAccount";
    public static final String SOURCE_ARN = "aws:SourceArn";
    public static final String SOURCE_IP = "aws:SourceIp";
    public static final String USER_ID = "aws:userid";

    /// Nothing is known.
    public static final ConditionKeys NONE = new ConditionKeys("", List.of(), null);

    private final String key;
    private final List<String> values;
    /// What was known before; null of what is the first.
    private final @Nullable ConditionKeys before;

    private ConditionKeys(String key, List<String> values, @Nullable ConditionKeys before) {
        this.key = key;
        this.values = values;
        this.before = before;
    }

    /// These, and this key in place of what it was.
    public ConditionKeys with(String added, String value) {
        return with(added, List.of(value));
    }

    /// @param several for a key that has any number of values; none is the same as none of the key
    public ConditionKeys with(String added, List<String> several) {
        return new ConditionKeys(added, List.copyOf(several), this);
    }

    /// These, and those in place of what they were.
    public ConditionKeys with(ConditionKeys others) {
        return others.before == null ? this : with(others.before).with(others.key, others.values);
    }

    /// These, and the moment of the request.
    public ConditionKeys at(Instant now) {
        return with(CURRENT_TIME, now.toString()).with(EPOCH_TIME, Long.toString(now.getEpochSecond()));
    }

    /// Whether the same was told in the same order.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof ConditionKeys that
                        && key.equals(that.key)
                        && values.equals(that.values)
                        && Objects.equals(before, that.before));
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, values, before);
    }

    /// The values of a key; none where nothing is known. There are few keys, and each is asked for seldom.
    List<String> values(String asked) {
        for (var known = this; known != null; known = known.before) {
            if (known.key.equalsIgnoreCase(asked)) {
                return known.values;
            }
        }
        return List.of();
    }
}
