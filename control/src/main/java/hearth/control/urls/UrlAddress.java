package hearth.control.urls;

import hearth.control.operation.Caller;
import hearth.model.Region;

/// Makes the address under which a function URL answers its callers.
@FunctionalInterface
public interface UrlAddress {
    /// The address that AWS would give it.
    UrlAddress AWS = (_, id, region) -> UrlIds.url(id, region);

    /// @param caller who is told
    String of(Caller caller, String id, Region region);
}
