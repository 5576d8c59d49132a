package hearth.server.auth;

import hearth.model.AccountId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// An access key as a line of text, as key files and databases have it.
///
/// A key of a service or of an organization has a column more before its account, so that a version of Hearth which
/// knows of neither refuses the line, and takes no service for an account. All other lines are as they always were.
final class KeyLine {
    private static final String SERVICE = "service=";
    private static final String ORGANIZATION = "org=";
    private static final int HOLDER_COLUMN = 2;

    private KeyLine() {}

    /// @throws IllegalArgumentException for what is no such line
    static AccessKey parse(String line) {
        var parts = new ArrayList<>(List.of(line.split("\t")));
        try {
            boolean isAccounts = AccountId.isValid(parts.get(HOLDER_COLUMN));
            var holder = isAccounts ? new Holder.Account() : holder(parts.remove(HOLDER_COLUMN));
            return new AccessKey(
                    parts.get(0),
                    parts.get(1),
                    new AccountId(parts.get(2)),
                    Instant.parse(parts.get(3)),
                    parts.size() > 4 ? parts.get(4) : null,
                    parts.size() > 5 ? Instant.parse(parts.get(5)) : null,
                    holder);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("This is no access key", e);
        }
    }

    private static Holder holder(String column) {
        if (column.startsWith(SERVICE) && Holder.Service.isPrincipal(column.substring(SERVICE.length()))) {
            return new Holder.Service(column.substring(SERVICE.length()));
        }
        if (column.startsWith(ORGANIZATION)) {
            var path = column.substring(ORGANIZATION.length());
            int slash = path.indexOf('/');
            return new Holder.Member(
                    slash < 0 ? new Organization(path, "") : new Organization(path.substring(0, slash), path));
        }
        throw new IllegalArgumentException("Nobody holds a key by the name of " + column);
    }

    /// The column of the holder, with the tab behind it; empty for a key of the account itself.
    private static String column(Holder holder) {
        return switch (holder) {
            case Holder.Account() -> "";
            case Holder.Member(var organization) ->
                ORGANIZATION + (organization.path().isEmpty() ? organization.id() : organization.path()) + "\t";
            case Holder.Service(var principal) -> SERVICE + principal + "\t";
            case Holder.Function _ -> throw new IllegalArgumentException("Keys of functions are not kept");
        };
    }

    static String of(AccessKey key) {
        var line = String.join(
                "\t",
                key.id(),
                key.secret(),
                column(key.holder()) + key.account().value(),
                key.created().toString());
        return key.sessionToken() == null ? line : line + "\t" + key.sessionToken() + "\t" + key.expires();
    }
}
