package hearth.server.cli;

import hearth.worker.sandbox.Examination;
import hearth.worker.sandbox.Instance;
import hearth.worker.sandbox.NetworkPolicy;
import hearth.worker.sandbox.SandboxConfig;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `hearth doctor`: what this machine has for isolation, and what to do about what is missing.
@Command(name = "doctor", description = "Says which isolation features this machine has.")
final class DoctorCommand implements Runnable {
    @Mixin
    private DataFolder data = new DataFolder();

    @Override
    public void run() {
        var config = new SandboxConfig(
                Guest.folder().resolve("launcher"),
                data.path().resolve("sandboxes"),
                Instance.of(data.path()),
                new NetworkPolicy(true, List.of(), List.of()),
                Optional.empty());
        for (var finding : Examination.findings(config)) {
            System.out.printf("%-5s %-14s %s%n", finding.good() ? "ok" : "!", finding.subject(), finding.text());
            if (!finding.good()) {
                System.out.printf("%-5s %-14s to do: %s%n", "", "", finding.remedy());
            }
        }
    }
}
