package hearth.control.signing;

import hearth.cluster.SigningStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Marker;
import hearth.control.operation.Operation;
import hearth.model.FunctionId;
import hearth.model.api.ListFunctionsByCodeSigningConfigRequest;
import hearth.model.api.ListFunctionsByCodeSigningConfigResponse;

/// `GET /2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions`
final class ListFunctionsByCodeSigningConfig
        implements Operation<ListFunctionsByCodeSigningConfigRequest, ListFunctionsByCodeSigningConfigResponse> {
    private final SigningStore configs;

    ListFunctionsByCodeSigningConfig(SigningStore configs) {
        this.configs = configs;
    }

    @Override
    public ListFunctionsByCodeSigningConfigResponse handle(
            Caller caller, ListFunctionsByCodeSigningConfigRequest request) {
        var id = SigningArns.subject(caller, request.codeSigningConfigArn(), "ListFunctionsByCodeSigningConfig");
        if (configs.find(id).isEmpty()) {
            throw SigningRefusals.notFound(id.arn());
        }
        var page = configs.functions(
                id,
                Marker.read(request.marker()),
                Marker.pageSize(request.maxItems(), ListCodeSigningConfigs.LARGEST_PAGE));
        return ListFunctionsByCodeSigningConfigResponse.builder()
                .functionArns(page.items().stream().map(FunctionId::arn).toList())
                .nextMarker(page.more() ? Marker.of(page.items().getLast().name()) : null)
                .build();
    }
}
