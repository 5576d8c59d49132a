package hearth.server.auth;

import hearth.model.AccountId;
import hearth.model.Region;

/// The account that a request acts for, and the region that it acts in.
public record Caller(AccountId account, Region region) {}
