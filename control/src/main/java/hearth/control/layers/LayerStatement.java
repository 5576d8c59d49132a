package hearth.control.layers;

import com.fasterxml.jackson.core.JsonGenerator;
import hearth.model.AccountId;
import hearth.model.LayerVersionId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A statement of a layer version's policy: it lets others use the version.
///
/// @param principal the ARN of an account's root, or `*`
/// @param organizationId whose accounts alone are meant; null for any
record LayerStatement(String id, String principal, @Nullable String organizationId) {
    static final String EVERYONE = "*";

    /// @param principal an account as well
    static LayerStatement of(LayerVersionId version, String id, String principal, @Nullable String organizationId) {
        var arn = AccountId.isValid(principal)
                ? "arn:%s:iam::%s:root".formatted(version.layer().region().partition(), principal)
                : principal;
        return new LayerStatement(id, arn, organizationId);
    }

    /// No account here belongs to an organization.
    boolean allows(AccountId account) {
        return organizationId == null
                && (principal.equals(EVERYONE) || principal.endsWith(":iam::" + account + ":root"));
    }

    void write(JsonGenerator json, LayerVersionId version) throws IOException {
        json.writeStartObject();
        json.writeStringField("Sid", id);
        json.writeStringField("Effect", "Allow");
        if (principal.equals(EVERYONE)) {
            json.writeStringField("Principal", principal);
        } else {
            json.writeObjectFieldStart("Principal");
            json.writeStringField("AWS", principal);
            json.writeEndObject();
        }
        json.writeStringField("Action", "lambda:GetLayerVersion");
        json.writeStringField("Resource", version.arn());
        if (organizationId != null) {
            json.writeObjectFieldStart("Condition");
            json.writeObjectFieldStart("StringEquals");
            json.writeStringField("aws:PrincipalOrgID", organizationId);
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
