package hearth.members;

import hearth.link.certificates.MemberCertificate;
import hearth.link.certificates.MemberName;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import scala.Option;

/// TLS between members: each shows the certificate that `hearth cluster certificate` has made for it, and believes
/// those of the same authority, but for those of workers. Whoever connects checks that the certificate is of the host
// which it asked for.
final class MemberTls implements SSLEngineProvider {
    private final MemberCertificate certificate;

    MemberTls(MemberCertificate certificate) {
        this.certificate = certificate;
    }

    @Override
    public SSLEngine createServerSSLEngine(String hostname, int port) {
        return certificate.acceptingEngine();
    }

    @Override
    public SSLEngine createClientSSLEngine(String hostname, int port) {
        return certificate.connectingEngine(hostname, port);
    }

    @Override
    public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
        return refusal(session);
    }

    @Override
    public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
        return refusal(session);
    }

    /// What the engines let through is of this cluster. Its workers have certificates too, and are no members.
    private static Option<Throwable> refusal(SSLSession session) {
        try {
            var shown = session.getPeerCertificates()[0];
            return MemberCertificate.isForMembers(shown)
                    ? Option.empty()
                    : Option.apply(new SSLException(MemberName.of(shown).name()
                            + " shows the certificate of a worker: those of members are made with --address"));
        } catch (SSLException | CertificateException | IllegalArgumentException e) {
            return Option.apply(e);
        }
    }
}
