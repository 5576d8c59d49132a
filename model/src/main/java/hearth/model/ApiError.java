package hearth.model;

/// The errors of the Lambda API: wire name, HTTP status, whether the body has a `Type`, and how it spells its
/// message key.
public enum ApiError {
    ACCESS_DENIED("AccessDeniedException", 403, false, "Message"),
    /// A request that is not well-formed HTTP; AWS's load balancers answer such with a page of their own.
    BAD_REQUEST("BadRequestException", 400, false, "message"),
    CODE_SIGNING_CONFIG_NOT_FOUND("CodeSigningConfigNotFoundException", 404, true, "Message"),
    CODE_STORAGE_EXCEEDED("CodeStorageExceededException", 400, true, "message"),
    CODE_VERIFICATION_FAILED("CodeVerificationFailedException", 400, true, "Message"),
    EXPIRED_TOKEN("ExpiredTokenException", 403, false, "message"),
    INCOMPLETE_SIGNATURE("IncompleteSignatureException", 400, false, "message"),
    INVALID_PARAMETER_VALUE("InvalidParameterValueException", 400, true, "message"),
    INVALID_REQUEST_CONTENT("InvalidRequestContentException", 400, true, "message"),
    INVALID_RUNTIME("InvalidRuntimeException", 502, true, "Message"),
    INVALID_SIGNATURE("InvalidSignatureException", 403, false, "message"),
    INVALID_ZIP_FILE("InvalidZipFileException", 502, true, "Message"),
    METHOD_NOT_ALLOWED("MethodNotAllowedException", 405, false, "Message"),
    MISSING_AUTHENTICATION_TOKEN("MissingAuthenticationTokenException", 403, false, "message"),
    /// Ours: AWS has no such error. Names the operation that Hearth does not have yet.
    NOT_IMPLEMENTED("NotImplementedException", 501, true, "Message"),
    POLICY_LENGTH_EXCEEDED("PolicyLengthExceededException", 400, true, "message"),
    PRECONDITION_FAILED("PreconditionFailedException", 412, true, "message"),
    PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND("ProvisionedConcurrencyConfigNotFoundException", 404, true, "message"),
    PUBLIC_POLICY("PublicPolicyException", 400, true, "Message"),
    RECURSIVE_INVOCATION("RecursiveInvocationException", 400, true, "Message"),
    REQUEST_ENTITY_TOO_LARGE("RequestEntityTooLargeException", 413, false, "Message"),
    REQUEST_TIMEOUT("RequestTimeoutException", 408, false, "message"),
    RESOURCE_CONFLICT("ResourceConflictException", 409, true, "message"),
    RESOURCE_IN_USE("ResourceInUseException", 400, true, "Message"),
    RESOURCE_NOT_FOUND("ResourceNotFoundException", 404, true, "Message"),
    RESOURCE_NOT_READY("ResourceNotReadyException", 502, true, "message"),
    SERIALIZATION("SerializationException", 400, false, "Message"),
    SERVICE("ServiceException", 500, true, "Message"),
    SERVICE_UNAVAILABLE("ServiceUnavailableException", 503, true, "Message"),
    TOO_MANY_REQUESTS("TooManyRequestsException", 429, true, "message"),
    SNAP_START("SnapStartException", 400, true, "Message"),
    SNAP_START_TIMEOUT("SnapStartTimeoutException", 408, true, "Message"),
    UNKNOWN_OPERATION("UnknownOperationException", 404, false, "Message"),
    UNRECOGNIZED_CLIENT("UnrecognizedClientException", 403, false, "message"),
    UNSUPPORTED_MEDIA_TYPE("UnsupportedMediaTypeException", 415, true, "message"),
    VALIDATION("ValidationException", 400, false, "message");

    private final String wireName;
    private final int status;
    private final boolean typed;
    private final String messageKey;

    ApiError(String wireName, int status, boolean typed, String messageKey) {
        this.wireName = wireName;
        this.status = status;
        this.typed = typed;
        this.messageKey = messageKey;
    }

    public String wireName() {
        return wireName;
    }

    public int status() {
        return status;
    }

    /// Whether the body says `"Type":"User"` or `"Type":"Service"`.
    public boolean typed() {
        return typed;
    }

    public String messageKey() {
        return messageKey;
    }
}
