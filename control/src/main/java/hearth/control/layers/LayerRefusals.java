package hearth.control.layers;

import hearth.control.operation.Caller;
import hearth.control.operation.Refusals;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.LayerVersionId;

/// Refusals of operations on layers, in AWS's words.
final class LayerRefusals {
    private LayerRefusals() {}

    static ApiException notFound() {
        return notFound("The resource you requested does not exist.");
    }

    static ApiException versionNotFound(LayerVersionId version) {
        return notFound("Layer version " + version + " does not exist.");
    }

    static ApiException noPolicy() {
        return notFound("No policy is associated with the given resource.");
    }

    private static ApiException notFound(String message) {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, message);
    }

    static ApiException noSuchNumber() {
        return Refusals.invalid("Layer Version Cannot be less than 1");
    }

    static ApiException policyRevisionMismatch() {
        return Refusals.revisionMismatch("GetLayerPolicy");
    }

    static ApiException otherRegion(String region, Caller caller) {
        return notFound("Layers from '%s' are not reachable in this region ('%s')".formatted(region, caller.region()));
    }
}
