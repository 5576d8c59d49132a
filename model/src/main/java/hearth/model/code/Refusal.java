package hearth.model.code;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import java.lang.System.Logger.Level;

/// AWS's words for packages that are refused. They do not say what is wrong with a zip; our log does, at DEBUG.
final class Refusal {
    private static final System.Logger LOG = System.getLogger(Refusal.class.getName());

    private Refusal() {}

    static ApiException badZip(String why) {
        LOG.log(Level.DEBUG, "Refused a deployment package: {0}", why);
        return new ApiException(
                ApiError.INVALID_PARAMETER_VALUE,
                "Could not unzip uploaded file. Please check your file, then try to upload again.");
    }

    static ApiException empty() {
        return new ApiException(ApiError.INVALID_PARAMETER_VALUE, "Uploaded file must be a non-empty zip");
    }

    static ApiException tooLargeZipped(Bytes limit) {
        return new ApiException(
                ApiError.REQUEST_ENTITY_TOO_LARGE, "Zipped size must be smaller than " + limit.count() + " bytes");
    }

    static ApiException tooLargeUnzipped(Bytes limit) {
        return new ApiException(
                ApiError.INVALID_PARAMETER_VALUE, "Unzipped size must be smaller than " + limit.count() + " bytes");
    }
}
