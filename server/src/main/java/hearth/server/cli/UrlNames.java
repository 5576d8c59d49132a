package hearth.server.cli;

import hearth.worker.sandbox.Finding;

/// Whether the names of function URLs lead to this machine.
final class UrlNames {
    private static final String SUBJECT = "function URLs";

    private UrlNames() {}

    /// @param resolved whether the system's resolver knows names under `localhost`
    static Finding finding(boolean resolved) {
        return resolved
                ? new Finding(
                        SUBJECT,
                        true,
                        "names under localhost are resolved, so that they answer as ID.lambda-url.REGION.localhost",
                        "")
                : new Finding(
                        SUBJECT,
                        false,
                        "names under localhost are resolved by browsers and curl alone, and by no Node.js or Python, so"
                                + " that paths (/_hearth/urls/ID/) are shown instead",
                        "install libnss-myhostname (nss-myhostname), or use --url-suffix with a domain whose names lead"
                                + " here");
    }
}
