package hearth.server.urls;

import hearth.model.ApiException;
import hearth.server.auth.Authenticator;
import hearth.server.auth.TrustedHosts;
import hearth.server.http.AnsweredRequest;
import hearth.server.http.Exchange;
import hearth.server.http.HttpResponse;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import hearth.server.http.Service;
import java.util.Optional;

/// The function URLs behind a listener, in front of the service that all other requests are for.
public final class FunctionUrlFront implements Service {
    private final FunctionUrlService urls;
    private final Service others;
    private final Authenticator authenticator;
    private final Optional<TrustedHosts> hosts;

    /// @param hosts whose names requests may call; empty where signatures say who sends them
    public FunctionUrlFront(
            FunctionUrlService urls, Service others, Authenticator authenticator, Optional<TrustedHosts> hosts) {
        this.urls = urls;
        this.others = others;
        this.authenticator = authenticator;
        this.hosts = hosts;
    }

    @Override
    public RequestHandler admit(RequestHead head, Exchange exchange) {
        var target = UrlTarget.of(head);
        if (target.isEmpty()) {
            return others.admit(head, exchange);
        }
        exchange.sayPersistence();
        hosts.ifPresent(trusted -> trusted.checkHost(head));
        return urls.admit(head, exchange, target.get(), authenticator, hosts);
    }

    @Override
    public HttpResponse refusal(ApiException refusal) {
        return others.refusal(refusal);
    }

    @Override
    public HttpResponse fault() {
        return others.fault();
    }

    @Override
    public void answered(AnsweredRequest request) {
        others.answered(request);
    }
}
