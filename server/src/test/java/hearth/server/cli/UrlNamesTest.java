package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UrlNamesTest {
    @Test
    void areSaidToLeadHereWhereTheyAreResolved() {
        assertThat(UrlNames.finding(true).good()).isTrue();
        assertThat(UrlNames.finding(true).text()).contains("ID.lambda-url.REGION.localhost");
    }

    @Test
    void haveARemedyWhereTheyAreNot() {
        assertThat(UrlNames.finding(false).good()).isFalse();
        assertThat(UrlNames.finding(false).text()).contains("/_hearth/urls/ID/");
        assertThat(UrlNames.finding(false).remedy())
                .contains("libnss-myhostname")
                .contains("--url-suffix");
    }
}
