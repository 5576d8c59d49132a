package hearth.server.download;

import hearth.cluster.BlobStore;
import hearth.cluster.PackageUnavailableException;
import hearth.model.CodeDigest;
import hearth.server.http.BodylessHandler;
import hearth.server.http.Exchange;
import hearth.server.http.FileResponse;
import hearth.server.http.RequestHandler;
import hearth.server.http.RequestHead;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executor;

/// Sends deployment packages to whoever has a good URL. Refuses as S3 does.
public final class CodeDownloads {
    private static final System.Logger LOG = System.getLogger(CodeDownloads.class.getName());

    private static final S3Error WRONG_METHOD =
            new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
    private static final S3Error DENIED = new S3Error(403, "AccessDenied", "Access Denied");
    private static final S3Error GONE = new S3Error(404, "NoSuchKey", "The specified key does not exist.");
    private static final S3Error FAULT =
            new S3Error(500, "InternalError", "We encountered an internal error. Please try again.");

    private static final S3Error AWAY = new S3Error(
            503, "ServiceUnavailable", "Deployment packages cannot be read at the moment. Please try again.");

    private final CodeUrls urls;
    private final BlobStore packages;
    private final Executor threads;
    private final InstantSource clock;

    /// @param threads opens files
    public CodeDownloads(CodeUrls urls, BlobStore packages, Executor threads, InstantSource clock) {
        this.urls = urls;
        this.packages = packages;
        this.threads = threads;
        this.clock = clock;
    }

    /// Answers a request whose path begins with [CodeUrls#PATH].
    public RequestHandler intake(RequestHead head, Exchange exchange) {
        return new BodylessHandler(() -> serve(head, exchange));
    }

    private void serve(RequestHead head, Exchange exchange) {
        if (!head.method().equals("GET") && !head.method().equals("HEAD")) {
            refuse(exchange, WRONG_METHOD);
            return;
        }
        switch (urls.judge(head.path(), head.query())) {
            case CodeUrls.Verdict.Granted(var code) -> threads.execute(() -> send(code, exchange));
            case CodeUrls.Verdict.Forged() -> refuse(exchange, DENIED);
            case CodeUrls.Verdict.Expired(var end) ->
                refuse(
                        exchange,
                        new S3Error(
                                403,
                                "AccessDenied",
                                "Request has expired",
                                "<Expires>%s</Expires><ServerTime>%s</ServerTime>".formatted(end, clock.instant())));
        }
    }

    private void send(CodeDigest code, Exchange exchange) {
        try {
            packages.channel(code)
                    .ifPresentOrElse(
                            file -> exchange.answer(
                                    new FileResponse(200, Map.of("Content-Type", "application/zip"), file)),
                            () -> refuse(exchange, GONE));
        } catch (PackageUnavailableException unavailable) {
            LOG.log(Level.WARNING, "Download {0} was refused: {1}", exchange.requestId(), unavailable.getMessage());
            refuse(exchange, AWAY);
        } catch (RuntimeException | Error fault) {
            LOG.log(Level.ERROR, "Download " + exchange.requestId() + " met a fault", fault);
            refuse(exchange, FAULT);
        }
    }

    private static void refuse(Exchange exchange, S3Error error) {
        exchange.answer(error.response(exchange.requestId()));
    }
}
