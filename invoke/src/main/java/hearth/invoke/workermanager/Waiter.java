package hearth.invoke.workermanager;

/// Who asked for an environment. Exactly one of its methods is called, once, perhaps before `acquire` returns, on
/// whatever thread brought the environment; it must not block.
public interface Waiter {
    void served(Assignment assignment);

    void failed(Unavailable why);
}
