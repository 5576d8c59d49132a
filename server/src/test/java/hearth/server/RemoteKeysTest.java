package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.link.message.FunctionKey;
import hearth.model.AccountId;
import hearth.model.worker.WorkerId;
import hearth.server.auth.FunctionKeys;
import hearth.server.auth.Holder;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RemoteKeysTest {
    private static final WorkerId WORKER = new WorkerId("host2");
    private static final WorkerId OTHER = new WorkerId("host3");

    private final FunctionKeys known = new FunctionKeys(() -> Instant.EPOCH, new SecureRandom());
    private final RemoteKeys keys = new RemoteKeys(known);

    private static FunctionKey key(String id) {
        return new FunctionKey(id, "secret", "token", new AccountId("000000000000"), Instant.EPOCH, "role", "mail");
    }

    private boolean isGood(String id) {
        return known.find(id).filter(key -> key.expires() == null).isPresent();
    }

    @Test
    void areGoodUntilTheirWorkerSaysOtherwise() {
        keys.made(WORKER, key("ASIAONE"));
        assertThat(known.find("ASIAONE")).hasValueSatisfying(key -> {
            assertThat(key.holder()).isEqualTo(new Holder.Function("role", "mail"));
            assertThat(key.secret()).isEqualTo("secret");
        });

        keys.ended(OTHER, "ASIAONE");
        assertThat(isGood("ASIAONE")).isTrue();
        keys.ended(WORKER, "ASIAONE");
        assertThat(isGood("ASIAONE")).isFalse();
    }

    @Test
    void endWithTheConnectionToTheirWorkerAndAreGoodAgainWhenItIsBack() {
        keys.made(WORKER, key("ASIAONE"));
        keys.made(OTHER, key("ASIATWO"));

        keys.lost(WORKER);
        assertThat(isGood("ASIAONE")).isFalse();
        assertThat(isGood("ASIATWO")).isTrue();

        keys.made(WORKER, key("ASIAONE"));
        assertThat(isGood("ASIAONE")).isTrue();
    }
}
