package hearth.members;

import hearth.link.message.Versions;
import hearth.model.worker.MemberId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/// What a member says of itself to all others, as Pekko's roles: these go with its membership, so that what it is
/// and that it is there are known together.
final class Description {
    private static final String NAME = "name=";
    private static final String WORKERS = "workers=";
    private static final String API = "api=";
    private static final String ZONE = "zone=";
    private static final String ROLE = "role=";
    private static final String VERSION = "version=";
    private static final String PROTOCOL = "protocol=";
    private static final String INCARNATION = "incarnation=";

    private Description() {}

    static Set<String> of(MemberId id, long incarnation, MembersConfig config) {
        var said = new LinkedHashSet<String>();
        said.add(NAME + id.value());
        said.add(INCARNATION + incarnation);
        said.add(WORKERS + config.workers());
        said.add(API + config.api());
        said.add(ZONE + config.zone());
        said.add(VERSION + config.version());
        said.add(PROTOCOL + config.speaks().said());
        config.roles().forEach(role -> said.add(ROLE + role));
        return said;
    }

    static MemberId name(Collection<String> said) {
        return new MemberId(one(said, NAME));
    }

    static Versions speaks(Collection<String> said) {
        return Versions.parse(one(said, PROTOCOL));
    }

    static long incarnation(Collection<String> said) {
        return Long.parseLong(one(said, INCARNATION));
    }

    static MemberView view(Collection<String> said, String address, MemberView.State state) {
        return new MemberView(
                name(said),
                state,
                address,
                one(said, WORKERS),
                one(said, API),
                one(said, ZONE),
                said.stream()
                        .filter(each -> each.startsWith(ROLE))
                        .map(each -> each.substring(ROLE.length()))
                        .collect(Collectors.toSet()),
                one(said, VERSION),
                speaks(said),
                0);
    }

    /// Empty where a member of another release does not say it.
    private static String one(Collection<String> said, String kind) {
        return said.stream()
                .filter(each -> each.startsWith(kind))
                .findFirst()
                .map(each -> each.substring(kind.length()))
                .orElse("");
    }
}
