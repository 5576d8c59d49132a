package hearth.control.urls;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.api.FunctionUrlConfig;
import hearth.model.api.UpdateFunctionUrlConfigRequest;
import hearth.model.api.UpdateFunctionUrlConfigResponse;
import java.time.InstantSource;

/// `PUT /2021-10-31/functions/{FunctionName}/url`: what the request does not bring stays.
final class UpdateFunctionUrlConfig
        implements Operation<UpdateFunctionUrlConfigRequest, UpdateFunctionUrlConfigResponse> {
    private final FunctionStore functions;
    private final InstantSource clock;
    private final UrlAddress addresses;

    UpdateFunctionUrlConfig(FunctionStore functions, InstantSource clock, UrlAddress addresses) {
        this.functions = functions;
        this.clock = clock;
        this.addresses = addresses;
    }

    @Override
    public UpdateFunctionUrlConfigResponse handle(Caller caller, UpdateFunctionUrlConfigRequest request) {
        var target =
                FunctionUrls.target(caller, request.functionName(), request.qualifier(), "UpdateFunctionUrlConfig");
        var now = FunctionUrls.now(clock);
        var kept = functions.edit(target.function(), edit -> update(edit, target, request, now));
        var url = FunctionUrls.told(kept, caller, addresses);
        return UpdateFunctionUrlConfigResponse.builder()
                .functionUrl(url.functionUrl())
                .functionArn(url.functionArn())
                .authType(url.authType())
                .cors(url.cors())
                .invokeMode(url.invokeMode())
                .creationTime(url.creationTime())
                .lastModifiedTime(url.lastModifiedTime())
                .build();
    }

    private static FunctionUrlConfig update(
            FunctionEdit function, Target target, UpdateFunctionUrlConfigRequest request, String now) {
        FunctionUrls.requireFunction(function);
        FunctionUrls.requireAlias(function, target);
        var url =
                function.setting(FunctionUrls.URL, target.version()).orElseThrow(Refusals::resourceNotFound).toBuilder()
                        .lastModifiedTime(now);
        if (request.authType() != null) {
            url.authType(request.authType());
        }
        if (request.cors() != null) {
            url.cors(FunctionUrls.kept(request.cors()));
        }
        if (request.invokeMode() != null) {
            url.invokeMode(request.invokeMode());
        }
        var updated = url.build();
        function.put(FunctionUrls.URL, target.version(), updated);
        return updated;
    }
}
