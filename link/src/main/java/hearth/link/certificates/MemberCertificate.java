package hearth.link.certificates;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;

/// What a member of a cluster shows to others, and whom it believes: those whose certificates its cluster's authority
/// has made.
public final class MemberCertificate {
    static final String AUTHORITY = "authority.pem";
    static final String CERTIFICATE = "node.pem";
    static final String KEY = "node.key";

    private static final String PROTOCOL = "TLSv1.3";

    private final MemberName name;
    private final boolean forMembers;
    private final SslContext accepting;
    private final SslContext connecting;

    private MemberCertificate(MemberName name, boolean forMembers, SslContext accepting, SslContext connecting) {
        this.name = name;
        this.forMembers = forMembers;
        this.accepting = accepting;
        this.connecting = connecting;
    }

    /// Reads a folder that `hearth cluster certificate` has made.
    ///
    /// @throws IOException when something is missing there, or cannot be read; the message says what
    public static MemberCertificate read(Path folder) throws IOException {
        var authority = file(folder, AUTHORITY);
        var certificate = file(folder, CERTIFICATE);
        var key = file(folder, KEY);
        try {
            var accepting = SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                    .trustManager(authority.toFile())
                    .clientAuth(ClientAuth.REQUIRE)
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOL)
                    .build();
            // That the certificate is of the host which was asked for is checked as in HTTPS.
            var connecting = SslContextBuilder.forClient()
                    .keyManager(certificate.toFile(), key.toFile())
                    .trustManager(authority.toFile())
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOL)
                    .endpointIdentificationAlgorithm("HTTPS")
                    .build();
            var parsed = parse(certificate);
            return new MemberCertificate(MemberName.of(parsed), isForMembers(parsed), accepting, connecting);
        } catch (IllegalArgumentException | CertificateException e) {
            throw new IOException("the certificate in " + folder + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static Path file(Path folder, String name) throws IOException {
        var file = folder.resolve(name);
        if (!Files.isReadable(file)) {
            throw new IOException(
                    file + " is not there, or cannot be read; `hearth cluster certificate` makes such a folder");
        }
        return file;
    }

    private static Certificate parse(Path file) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /// Whether its holder may be a member: it was made with an address. A worker, to which nobody connects, has
    /// none, and so cannot pass for a member with what its host keeps.
    public static boolean isForMembers(Certificate certificate) throws CertificateException {
        var names = ((X509Certificate) certificate).getSubjectAlternativeNames();
        return names != null && names.size() > 1;
    }

    /// Whether this one is such.
    public boolean isForMembers() {
        return forMembers;
    }

    /// Of this member.
    public String name() {
        return name.name();
    }

    /// Of its cluster.
    public String cluster() {
        return name.cluster();
    }

    /// TLS for a connection that another member has made.
    public SslHandler accepting() {
        return accepting.newHandler(ByteBufAllocator.DEFAULT);
    }

    /// TLS for a connection to another member.
    public SslHandler connecting(String host, int port) {
        return connecting.newHandler(ByteBufAllocator.DEFAULT, host, port);
    }

    /// The same as `accepting()`, for who has no Netty.
    public SSLEngine acceptingEngine() {
        return accepting.newEngine(ByteBufAllocator.DEFAULT);
    }

    /// The same as `connecting(host, port)`, for who has no Netty.
    public SSLEngine connectingEngine(String host, int port) {
        return connecting.newEngine(ByteBufAllocator.DEFAULT, host, port);
    }
}
