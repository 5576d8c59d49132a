package hearth.server.cli;

import hearth.worker.sandbox.Examination;
import hearth.worker.sandbox.Finding;
import hearth.worker.sandbox.Instance;
import hearth.worker.sandbox.NetworkPolicy;
import hearth.worker.sandbox.SandboxConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// `hearth doctor`: what this machine has for isolation, whether the endpoints of other services answer, and what to do
/// about what is missing.
final class DoctorCommand {
    /// With each endpoint.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    static final Command COMMAND = new Command(
            "doctor",
            "",
            "Says which isolation features this machine has, whether the endpoints of other services answer, and what to"
                    + " do about what is missing.",
            List.of(Option.DATA, EndpointOptions.ENDPOINT, EndpointOptions.S3_ENDPOINT),
            DoctorCommand::run);

    private DoctorCommand() {}

    private static int run(Arguments arguments) {
        var data = arguments.folder(Option.DATA);
        var config = new SandboxConfig(
                Guest.folder().resolve("launcher"),
                data.resolve("sandboxes"),
                Instance.of(data),
                new NetworkPolicy(true, List.of(), List.of()),
                Optional.empty());
        var endpoints = EndpointOptions.endpoints(arguments);
        Stream.concat(Examination.findings(config).stream(), Stream.of(FileNames.finding()))
                .forEach(DoctorCommand::print);
        new EndpointExamination(PATIENCE).findings(endpoints).forEach(DoctorCommand::print);
        return 0;
    }

    private static void print(Finding finding) {
        System.out.printf("%-3s %-14s %s%n", finding.good() ? "ok" : "!", finding.subject(), finding.text());
        if (!finding.good()) {
            System.out.printf("%-3s %-14s to do: %s%n", "", "", finding.remedy());
        }
    }
}
