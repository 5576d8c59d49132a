package hearth.control.urls;

import hearth.cluster.FunctionEdit;
import hearth.cluster.FunctionStore;
import hearth.control.operation.Caller;
import hearth.control.operation.Operation;
import hearth.control.operation.Target;
import hearth.control.operation.Tenancy;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.CreateFunctionUrlConfigRequest;
import hearth.model.api.CreateFunctionUrlConfigResponse;
import hearth.model.api.FunctionUrlConfig;
import java.time.InstantSource;

/// `POST /2021-10-31/functions/{FunctionName}/url`
final class CreateFunctionUrlConfig
        implements Operation<CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse> {
    private final FunctionStore functions;
    private final InstantSource clock;
    private final UrlIds ids;
    private final UrlAddress addresses;

    CreateFunctionUrlConfig(FunctionStore functions, InstantSource clock, UrlIds ids, UrlAddress addresses) {
        this.functions = functions;
        this.clock = clock;
        this.ids = ids;
        this.addresses = addresses;
    }

    @Override
    public CreateFunctionUrlConfigResponse handle(Caller caller, CreateFunctionUrlConfigRequest request) {
        var target =
                FunctionUrls.target(caller, request.functionName(), request.qualifier(), "CreateFunctionUrlConfig");
        var now = FunctionUrls.now(clock);
        var url = FunctionUrlConfig.builder()
                .functionUrl(UrlIds.url(ids.next(), caller.region()))
                .functionArn(target.arn())
                .authType(request.authType())
                .cors(FunctionUrls.kept(request.cors()))
                .invokeMode(request.invokeMode())
                .creationTime(now)
                .lastModifiedTime(now)
                .build();
        functions.edit(target.function(), edit -> create(edit, target, url));
        return CreateFunctionUrlConfigResponse.builder()
                .functionUrl(FunctionUrls.told(url, caller, addresses).functionUrl())
                .functionArn(url.functionArn())
                .authType(url.authType())
                .cors(url.cors())
                .invokeMode(url.invokeMode())
                .creationTime(url.creationTime())
                .build();
    }

    private static FunctionUrlConfig create(FunctionEdit function, Target target, FunctionUrlConfig url) {
        FunctionUrls.requireFunction(function);
        if (function.setting(FunctionUrls.URL, target.version()).isPresent()) {
            throw new ApiException(
                    ApiError.RESOURCE_CONFLICT,
                    "Failed to create function url config for [functionArn = %s]. Error message:  FunctionUrlConfig exists for this Lambda function"
                            .formatted(url.functionArn()));
        }
        FunctionUrls.requireAlias(function, target);
        Tenancy.refuse(function, "FunctionUrlConfig");
        function.put(FunctionUrls.URL, target.version(), url);
        return url;
    }
}
