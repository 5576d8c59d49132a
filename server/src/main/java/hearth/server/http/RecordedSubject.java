package hearth.server.http;

/// A request's subject at the time of its answer. Holds nothing of the request itself, whose head may be large.
record RecordedSubject(String operation, String account, String accessKey, String region, String resource)
        implements RequestSubject {
    static RecordedSubject of(RequestSubject subject) {
        return new RecordedSubject(
                subject.operation(),
                subject.account(),
                AnsweredRequest.clipped(subject.accessKey()),
                subject.region(),
                AnsweredRequest.clipped(subject.resource()));
    }
}
