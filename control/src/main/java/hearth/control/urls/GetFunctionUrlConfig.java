package hearth.control.urls;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.model.api.GetFunctionUrlConfigRequest;
import hearth.model.api.GetFunctionUrlConfigResponse;

/// `GET /2021-10-31/functions/{FunctionName}/url`
final class GetFunctionUrlConfig implements Operation<GetFunctionUrlConfigRequest, GetFunctionUrlConfigResponse> {
    private final FunctionStore functions;
    private final UrlAddress addresses;

    GetFunctionUrlConfig(FunctionStore functions, UrlAddress addresses) {
        this.functions = functions;
        this.addresses = addresses;
    }

    @Override
    public GetFunctionUrlConfigResponse handle(Caller caller, GetFunctionUrlConfigRequest request) {
        var target = FunctionUrls.target(caller, request.functionName(), request.qualifier(), "GetFunctionUrlConfig");
        var url = functions
                .read(target.function(), view -> view.setting(FunctionUrls.URL, target.version()))
                .map(kept -> FunctionUrls.told(kept, caller, addresses))
                .orElseThrow(Refusals::resourceNotFound);
        return GetFunctionUrlConfigResponse.builder()
                .functionUrl(url.functionUrl())
                .functionArn(url.functionArn())
                .authType(url.authType())
                .cors(url.cors())
                .invokeMode(FunctionUrls.invokeMode(url))
                .creationTime(url.creationTime())
                .lastModifiedTime(url.lastModifiedTime())
                .build();
    }
}
