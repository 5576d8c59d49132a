package hearth.server.cli;

import hearth.model.endpoints.ServiceEndpoints;
import hearth.worker.sandbox.Finding;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Whether the endpoints that Hearth was told of answer: each is asked for `/`, without a signature, which changes
/// nothing at any service. Any answer will do.
final class EndpointExamination {
    private static final String SUBJECT = "endpoints";

    private final Duration patience;

    /// @param patience with each endpoint; all are asked at once
    EndpointExamination(Duration patience) {
        this.patience = patience;
    }

    List<Finding> findings(ServiceEndpoints endpoints) {
        var variables = new TreeMap<URI, List<String>>();
        endpoints.variables().forEach((variable, url) -> variables
                .computeIfAbsent(url, _ -> new ArrayList<>())
                .add(variable));
        if (variables.isEmpty()) {
            return List.of(new Finding(SUBJECT, true, "none configured", ""));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var http = HttpClient.newBuilder().connectTimeout(patience).build()) {
            var asked = new ArrayList<Future<Finding>>();
            variables.forEach((url, names) -> {
                Callable<Finding> question = () -> ask(http, url, String.join(", ", names));
                asked.add(threads.submit(question));
            });
            var findings = new ArrayList<Finding>();
            for (var answer : asked) {
                findings.add(answer.get());
            }
            return findings;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of(new Finding(SUBJECT, false, "interrupted", "ask again"));
        }
    }

    private Finding ask(HttpClient http, URI url, String names) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(URI.create(url + "/")).timeout(patience);
            var answer = http.send(request.build(), BodyHandlers.discarding());
            return new Finding(SUBJECT, true, "%s: %s answers (%d)".formatted(names, url, answer.statusCode()), "");
        } catch (IOException e) {
            var why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return new Finding(
                    SUBJECT,
                    false,
                    "%s: %s does not answer: %s".formatted(names, url, why),
                    "start what should be there, or correct the variable or --endpoint");
        }
    }
}
