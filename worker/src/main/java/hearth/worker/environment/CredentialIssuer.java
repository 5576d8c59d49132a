package hearth.worker.environment;

import hearth.model.worker.EnvironmentSpec;

/// Makes the credentials that environments sign their requests with.
public interface CredentialIssuer {
    /// Good where signatures are not checked, such as in emulators of other services; the account's number is the key.
    CredentialIssuer PLACEHOLDERS = new CredentialIssuer() {
        @Override
        public FunctionCredentials issue(EnvironmentSpec environment) {
            var account = environment.function().function().account();
            return new FunctionCredentials(account.value(), "hearth", "hearth");
        }

        @Override
        public void end(FunctionCredentials credentials) {
            // They were never good for anything.
        }
    };

    /// Makes those of one environment, good until they are ended. Does not block.
    FunctionCredentials issue(EnvironmentSpec environment);

    /// The environment is gone: nobody may use them any more.
    void end(FunctionCredentials credentials);
}
