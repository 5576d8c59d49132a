package hearth.control.signing;

import hearth.cluster.SigningConfigRecord;
import hearth.cluster.SigningStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.RevisionIds;
import hearth.control.operation.Timestamps;
import hearth.control.tags.Tags;
import hearth.model.CodeSigningConfigId;
import hearth.model.api.CodeSigningConfig;
import hearth.model.api.CreateCodeSigningConfigRequest;
import hearth.model.api.CreateCodeSigningConfigResponse;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;

/// `POST /2020-04-22/code-signing-configs`
final class CreateCodeSigningConfig
        implements Operation<CreateCodeSigningConfigRequest, CreateCodeSigningConfigResponse> {
    private static final int ID_LENGTH = 17;

    private final SigningStore configs;
    private final RevisionIds ids;
    private final InstantSource clock;

    CreateCodeSigningConfig(SigningStore configs, RevisionIds ids, InstantSource clock) {
        this.configs = configs;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public CreateCodeSigningConfigResponse handle(Caller caller, CreateCodeSigningConfigRequest request) {
        Map<String, String> tags = Objects.requireNonNullElse(request.tags(), Map.of());
        Tags.requireFew(tags);
        var id = new CodeSigningConfigId(caller.account(), caller.region(), newId());
        var config = CodeSigningConfig.builder()
                .codeSigningConfigId(id.id())
                .codeSigningConfigArn(id.arn())
                .description(Objects.requireNonNullElse(request.description(), ""))
                .allowedPublishers(request.allowedPublishers())
                .codeSigningPolicies(SigningPolicies.of(request.codeSigningPolicies()))
                .lastModified(Timestamps.of(clock.instant()))
                .build();
        configs.create(new SigningConfigRecord(id, config, tags));
        return CreateCodeSigningConfigResponse.builder()
                .codeSigningConfig(config)
                .build();
    }

    private String newId() {
        return "csc-" + ids.next().replace("-", "").substring(0, ID_LENGTH);
    }
}
