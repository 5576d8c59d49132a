package hearth.server.access;

/// How a function URL learns who calls it.
public enum UrlAuthType {
    /// It does not.
    NONE,
    /// By Signature Version 4.
    AWS_IAM
}
