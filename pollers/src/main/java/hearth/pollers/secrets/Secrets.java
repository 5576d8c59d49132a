package hearth.pollers.secrets;

import hearth.events.aws.AwsClients;
import hearth.events.aws.NoClientException;
import hearth.model.AccountId;
import hearth.model.endpoints.ServiceName;
import hearth.pollers.SourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/// Secrets by their ARNs: of files that the server was told of, else of Secrets Manager. They are read anew each time.
public final class Secrets {
    private static final ServiceName SECRETS_MANAGER = ServiceName.of("secretsmanager");

    private final Map<String, Path> files;
    private final AwsClients clients;

    /// @param files by the ARNs of the secrets whose JSON they hold
    public Secrets(Map<String, Path> files, AwsClients clients) {
        this.files = Map.copyOf(files);
        this.clients = clients;
    }

    /// A secret that a mapping names. Its account is the mapping's: whoever names a source is told its secret, and so
    /// could have those of others.
    ///
    /// @throws SourceException that says what to do when it cannot be had
    public Secret get(String arn, AccountId account) throws SourceException {
        var parts = arn.split(":", 6);
        if (parts.length < 6 || !parts[4].equals(account.value())) {
            throw new SourceException(
                    "The secret " + arn + " is not one of the function's account, " + account.value() + ".", null);
        }
        var file = files.get(arn);
        return Secret.parse(arn, file == null ? ask(arn, parts[3]) : read(arn, file));
    }

    private static String read(String arn, Path file) throws SourceException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new SourceException(
                    "The file " + file + " of the secret " + arn + " cannot be read: "
                            + e.getClass().getSimpleName() + ".",
                    e);
        }
    }

    private String ask(String arn, String region) throws SourceException {
        try {
            var manager = clients.get(
                    SECRETS_MANAGER,
                    region.isEmpty() ? "us-east-1" : region,
                    SecretsManagerClient.class,
                    (endpoint, at) -> clients.build(SecretsManagerClient.builder(), endpoint, at));
            var text = manager.getSecretValue(request -> request.secretId(arn)).secretString();
            if (text == null) {
                throw new SourceException("The secret " + arn + " is no text.", null);
            }
            return text;
        } catch (NoClientException e) {
            throw new SourceException(
                    "The secret " + arn + " is not known here: --secret " + arn + "=FILE, or --endpoint"
                            + " secretsmanager=URL.",
                    e);
        } catch (AwsServiceException e) {
            var details = e.awsErrorDetails();
            throw new SourceException(
                    "Secrets Manager does not give the secret " + arn + ": "
                            + (details == null ? "status " + e.statusCode() : details.errorCode()) + ".",
                    e);
        } catch (SdkException e) {
            throw new SourceException(
                    "Secrets Manager cannot be asked for the secret " + arn + ": " + e.getMessage(), e);
        }
    }
}
