package hearth.link.certificates;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/// Whom a certificate names, and of which cluster.
public record MemberName(String name, String cluster) {
    /// @throws IllegalArgumentException for a certificate that `hearth cluster` does not make
    public static MemberName of(Certificate certificate) {
        var subject = ((X509Certificate) certificate).getSubjectX500Principal().getName();
        return new MemberName(part(subject, "CN"), part(subject, "O"));
    }

    private static String part(String subject, String type) {
        try {
            return new LdapName(subject)
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase(type))
                            .map(part -> String.valueOf(part.getValue()))
                            .findFirst()
                            .orElseThrow(() -> new IllegalArgumentException(subject + " has no " + type));
        } catch (InvalidNameException e) {
            throw new IllegalArgumentException(subject + " is no name: " + e.getMessage(), e);
        }
    }
}
