package hearth.server.cli;

import hearth.server.HostCapacity;
import hearth.server.StartException;
import hearth.server.urls.LocalhostNames;
import hearth.worker.microvm.MicrovmConfig;
import hearth.worker.sandbox.Examination;
import hearth.worker.sandbox.Finding;
import hearth.worker.sandbox.InnerServices;
import hearth.worker.sandbox.Instance;
import hearth.worker.sandbox.Leftovers;
import hearth.worker.sandbox.NetworkPolicy;
import hearth.worker.sandbox.SandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// `hearth doctor`: what this machine has for isolation, what a start would come to, whether the endpoints of other
/// services and the brokers of event sources answer, whether the names of function URLs lead here, and what to do about
/// what is missing.
final class DoctorCommand {
    private static final Option CLEAN =
            Option.flag("--clean", "Clears what killed servers left on this host, and nothing of those that run");
    private static final Option LEFTOVERS = Option.flag(
            "--leftovers", "Only lists what killed servers left on this host; the status is 1 if there is anything");

    /// The time that each endpoint gets to answer.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    static final Command COMMAND = new Command(
            "doctor",
            "",
            "Says which isolation features this machine has, tries its sandboxes, the endpoints of other services, the brokers of event sources and"
                    + " the names of function URLs, and says what to do about what is missing. The status is 1 where the strongest kind of"
                    + " sandboxes does not work.",
            Stream.of(
                            Stream.of(
                                    Option.DATA,
                                    EndpointOptions.ENDPOINT,
                                    EndpointOptions.S3_ENDPOINT,
                                    CLEAN,
                                    LEFTOVERS),
                            MicrovmOptions.ALL.stream(),
                            SourceOptions.ALL.stream())
                    .flatMap(options -> options)
                    .toList(),
            DoctorCommand::run);

    private DoctorCommand() {}

    private static int run(Arguments arguments) throws IOException, StartException {
        if (arguments.flag(CLEAN)) {
            var cleared = Leftovers.clearAll();
            cleared.forEach(each -> System.out.println("cleared " + each));
            System.out.println(cleared.isEmpty() ? "There was nothing to clear." : "Done.");
            return Leftovers.find().isEmpty() ? 0 : 1;
        }
        if (arguments.flag(LEFTOVERS)) {
            var left = Leftovers.find();
            left.forEach(System.out::println);
            return left.isEmpty() ? 0 : 1;
        }
        var endpoints = EndpointOptions.endpoints(arguments);
        var sources = SourceOptions.config(arguments);
        var localhostNames = LocalhostNames.begin();
        boolean best = examine(arguments.folder(Option.DATA), MicrovmOptions.config(arguments));
        print(DescriptorLimit.finding(HostCapacity.descriptors()));
        print(UrlNames.finding(localhostNames.resolve()));
        new EndpointExamination(PATIENCE).findings(endpoints).forEach(DoctorCommand::print);
        new SourceExamination(PATIENCE).findings(sources).forEach(DoctorCommand::print);
        return best ? 0 : 1;
    }

    /// In a folder of its own, so that a server that runs meanwhile notices nothing, and where the data are if there
    /// are some, because file systems differ.
    ///
    /// @return whether the strongest kind of sandboxes works
    private static boolean examine(Path data, MicrovmConfig microvm) throws IOException {
        var folder = Files.isWritable(data)
                ? Files.createTempDirectory(data, "doctor")
                : Files.createTempDirectory("hearth-doctor");
        try {
            var config = config(folder, microvm);
            var findings = Examination.findings(config);
            var trials = Examination.trials(config);
            Stream.of(findings, trials, List.of(leftovers(), FileNames.finding()))
                    .flatMap(List::stream)
                    .forEach(DoctorCommand::print);
            return Examination.isBest(trials);
        } finally {
            Leftovers.deleteTree(folder);
        }
    }

    private static SandboxConfig config(Path folder, MicrovmConfig microvm) {
        return new SandboxConfig(
                Guest.folder().resolve("launcher"),
                folder.resolve("sandboxes"),
                Instance.of(folder),
                new NetworkPolicy(true, List.of(), List.of()),
                Optional.empty(),
                InnerServices.NONE,
                microvm);
    }

    private static Finding leftovers() {
        try {
            return Examination.leftovers(Leftovers.find());
        } catch (IOException e) {
            return new Finding("leftovers", true, "not to be told without a place for notes: " + e.getMessage(), "");
        }
    }

    private static void print(Finding finding) {
        System.out.printf("%-3s %-14s %s%n", finding.good() ? "ok" : "!", finding.subject(), finding.text());
        if (!finding.good()) {
            System.out.printf("%-3s %-14s to do: %s%n", "", "", finding.remedy());
        }
    }
}
