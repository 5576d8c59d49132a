package hearth.server.cli;

import hearth.server.SourcesConfig;
import hearth.worker.sandbox.Finding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Whether the brokers and clusters that options name take connections, and the files of secrets can be read. Nobody
/// signs in: a mapping's `LastProcessingResult` says how that goes.
final class SourceExamination {
    private static final String SUBJECT = "event sources";

    private final Duration patience;

    /// @param patience with each connection; all are tried at once
    SourceExamination(Duration patience) {
        this.patience = patience;
    }

    /// None where no option names a source.
    List<Finding> findings(SourcesConfig sources) {
        var findings = new ArrayList<Finding>();
        new TreeMap<>(sources.secrets()).forEach((arn, file) -> {
            boolean good = Files.isRegularFile(file) && Files.isReadable(file);
            findings.add(new Finding(
                    SUBJECT,
                    good,
                    "--secret %s: %s %s".formatted(arn, file, good ? "is there" : "cannot be read"),
                    "make the file, readable for the server's user, or correct the option"));
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tried = new ArrayList<Future<Finding>>();
            new TreeMap<>(sources.kafkaBrokers()).forEach((arn, brokers) -> List.of(brokers.split(",", -1))
                    .forEach(broker ->
                            tried.add(threads.submit(() -> connect("--kafka-brokers", arn, broker.strip())))));
            new TreeMap<>(sources.brokers()).forEach((arn, urls) -> urls.nodes()
                    .forEach(node -> tried.add(threads.submit(() -> connect("--broker", arn, node)))));
            new TreeMap<>(sources.documentDb()).forEach((arn, url) -> url.servers()
                    .forEach(server -> tried.add(threads.submit(() -> connect("--document-db", arn, server)))));
            for (var each : tried) {
                findings.add(each.get());
            }
            return findings;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of(new Finding(SUBJECT, false, "interrupted", "ask again"));
        }
    }

    /// @param address `HOST:PORT`
    private Finding connect(String option, String arn, String address) {
        var remedy = "start what should be there, or correct " + option;
        var what = option + " " + arn + ": " + address;
        int colon = address.lastIndexOf(':');
        if (colon < 0 || !address.substring(colon + 1).matches("\\d{1,5}")) {
            return new Finding(SUBJECT, false, what + " is not HOST:PORT", remedy);
        }
        var host = address.substring(0, colon).replaceAll("^\\[|]$", "");
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))),
                    Math.toIntExact(patience.toMillis()));
            return new Finding(SUBJECT, true, what + " takes connections", "");
        } catch (IOException | IllegalArgumentException e) {
            var why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return new Finding(SUBJECT, false, what + " takes no connection: " + why, remedy);
        }
    }
}
