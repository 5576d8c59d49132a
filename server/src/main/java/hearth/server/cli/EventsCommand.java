package hearth.server.cli;

import hearth.cluster.EventsReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// `hearth events`: which functions have asynchronous invocations that wait, and whom Hearth could not tell of those
/// that are done.
final class EventsCommand {
    static final Command COMMAND = new Command(
            "events",
            "",
            "Says which functions have events that wait, since when, and which destinations and dead letter queues are"
                    + " still to be told of some, and why they were not.",
            List.of(Option.DATA, StoreOption.STORE),
            EventsCommand::run);

    private EventsCommand() {}

    private static int run(Arguments arguments) {
        var now = Instant.now();
        var store = StoreOption.url(arguments, StoreOption.STORE);
        var report =
                store.isPresent() ? EventsReport.read(store.get()) : EventsReport.read(arguments.folder(Option.DATA));
        if (report.isEmpty()
                || (report.get().events().isEmpty() && report.get().deliveries().isEmpty())) {
            System.out.println("No event waits");
            return ExitStatus.SUCCESS;
        }
        for (var queue : report.get().events()) {
            System.out.printf(
                    "%s: %d waiting, the oldest since %s, the next due %s; %d failed, %d set back%n",
                    queue.function().arn(),
                    queue.count(),
                    since(queue.oldest(), now),
                    due(queue.due(), now),
                    queue.failed(),
                    queue.setBack());
        }
        for (var queue : report.get().deliveries()) {
            System.out.printf(
                    "%s: %d to be told, the oldest since %s, the next due %s%s%n",
                    queue.target(),
                    queue.count(),
                    since(queue.oldest(), now),
                    due(queue.due(), now),
                    queue.setback().map(why -> "; " + why).orElse(""));
        }
        return ExitStatus.SUCCESS;
    }

    private static String since(long millis, Instant now) {
        return text(Duration.between(Instant.ofEpochMilli(millis), now));
    }

    private static String due(long millis, Instant now) {
        var wait = Duration.between(now, Instant.ofEpochMilli(millis));
        return wait.isPositive() ? "in " + text(wait) : "now";
    }

    private static String text(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        return seconds < 120 ? seconds + " s" : seconds < 7_200 ? seconds / 60 + " min" : seconds / 3_600 + " h";
    }
}
