package hearth.worker.sandbox;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Translates paths of the inside to the host's, for a sandbox that has no root of its own.
///
/// A path counts as one wherever it stands in a text at the start of a word: `/var/task/app`, `a:/opt/lib`,
/// `-cp=/opt/x`.
final class InsidePaths {
    private final List<SandboxSpec.Mount> mounts;

    /// @param mounts each inside path becomes its host path; the longest that fits wins
    InsidePaths(List<SandboxSpec.Mount> mounts) {
        this.mounts = mounts.stream()
                .sorted(Comparator.comparingInt(
                                (SandboxSpec.Mount mount) -> mount.inside().length())
                        .reversed())
                .toList();
    }

    String toHost(String text) {
        if (mounts.isEmpty()) {
            return text;
        }
        var translated = new StringBuilder();
        var matcher = pattern().matcher(text);
        while (matcher.find()) {
            matcher.appendReplacement(
                    translated, Matcher.quoteReplacement(hostOf(matcher.group()).toString()));
        }
        return matcher.appendTail(translated).toString();
    }

    private Pattern pattern() {
        var alternatives =
                mounts.stream().map(mount -> Pattern.quote(mount.inside())).toList();
        return Pattern.compile("(?<![\\w./-])(" + String.join("|", alternatives) + ")(?![\\w.-])");
    }

    private Path hostOf(String inside) {
        return mounts.stream()
                .filter(mount -> mount.inside().equals(inside))
                .findFirst()
                .orElseThrow()
                .host()
                .toAbsolutePath();
    }
}
