package hearth.model.code;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;

/// AWS's words for packages that are refused. They do not say what is wrong with a zip; their detail does.
final class Refusal {
    private static final int LONGEST_DETAIL = 500;

    private Refusal() {}

    /// @param why may hold names of the zip's, which can be of any length and letters
    static ApiException badZip(String why) {
        var line = why.codePoints()
                .limit(LONGEST_DETAIL)
                .map(each -> Character.isISOControl(each) ? '?' : each)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
        return new ApiException(
                        ApiError.INVALID_PARAMETER_VALUE,
                        "Could not unzip uploaded file. Please check your file, then try to upload again.")
                .because(line.toString());
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
