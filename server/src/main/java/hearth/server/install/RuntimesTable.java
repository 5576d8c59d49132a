package hearth.server.install;

import hearth.worker.runtimes.HostLayout;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.runtimes.SharedSdk;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The table that `hearth runtimes` shows: each runtime and SDK with its state, and the one command that makes it
/// ready.
public final class RuntimesTable {
    private static final String COMMAND = "./hearth runtimes install ";
    private static final String GIVEN = " --from DIR|ARCHIVE";

    private final Runtimes runtimes;
    private final HostLayout layout;
    private final HostProgram host;

    /// @param environment of this process
    public RuntimesTable(HostLayout layout, Map<String, String> environment) {
        this.runtimes = Runtimes.discover(layout);
        this.layout = layout;
        this.host = new HostProgram(environment, System.err);
    }

    public String text() {
        var text = new StringBuilder();
        line(text, "RUNTIME", "STATE", "VERSION", "WHERE, OR WHAT MAKES IT READY");
        var rows = runtimes.table();
        var offered = offered(rows);
        for (var row : rows) {
            if (row.installed()) {
                line(
                        text,
                        row.id(),
                        "ready",
                        row.version(),
                        row.note() + (row.sdk().isEmpty() ? "" : ", with " + row.sdk()));
            } else {
                line(text, row.id(), "missing", "", remedy(row, offered));
            }
        }
        text.append('\n');
        line(text, "SDK", "STATE", "VERSION", "WHERE, OR WHAT MAKES IT READY");
        for (var name : List.of(SharedSdk.PYTHON, SharedSdk.NODE)) {
            sdk(text, name);
        }
        return text.toString();
    }

    private void sdk(StringBuilder text, String name) {
        var copies = layout.kept().copies(name).stream()
                .flatMap(copy -> SharedSdk.at(copy, name).stream())
                .toList();
        for (var copy : copies) {
            var language = name.equals(SharedSdk.PYTHON) ? "Python " : "Node.js ";
            line(
                    text,
                    name,
                    "ready",
                    copy.version(),
                    copy.folder() + ", for " + language + copy.since() + " and later");
        }
        if (copies.isEmpty()) {
            line(text, name, "missing", "", COMMAND + name);
        }
    }

    /// The packages of Debian that the missing ones could come from; none where Debian's lists cannot be read.
    private Set<String> offered(List<Runtimes.Row> rows) {
        var packages = rows.stream()
                .filter(row -> !row.installed())
                .flatMap(row ->
                        Language.of(row.id()).stream().flatMap(language -> language.debianPackage(row.id()).stream()))
                .distinct()
                .toList();
        try {
            return new DebianPackages(host).candidates(packages);
        } catch (InstallException e) {
            host.progress().println("hearth: what Debian has is not known: " + e.getMessage());
            return Set.of();
        }
    }

    private String remedy(Runtimes.Row row, Set<String> offered) {
        var language = Language.of(row.id());
        if (language.isEmpty()) {
            return row.note();
        }
        boolean fetched =
                language.get().debianPackage(row.id()).map(offered::contains).orElseGet(() -> new Npm(host).isThere());
        return COMMAND + row.id() + (fetched ? "" : GIVEN);
    }

    private static void line(StringBuilder text, String name, String state, String version, String note) {
        text.append("%-16s %-8s %-10s %s".formatted(name, state, version, note).stripTrailing())
                .append('\n');
    }
}
