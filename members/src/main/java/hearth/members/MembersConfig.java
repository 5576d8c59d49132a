package hearth.members;

import hearth.link.message.Versions;
import java.util.Set;

/// What a member is, and where it is reached.
///
/// @param listen HOST:PORT where other members are listened for
/// @param address HOST:PORT where they connect to it; mostly the same
/// @param workers HOST:PORT where workers join it; empty when it takes none
/// @param api the URL of its API
/// @param zone empty when it is in none
/// @param version of this build
/// @param speaks the versions of the protocol
public record MembersConfig(
        HostAndPort listen,
        HostAndPort address,
        String workers,
        String api,
        String zone,
        Set<String> roles,
        String version,
        Versions speaks) {
    public MembersConfig {
        roles = Set.copyOf(roles);
    }
}
