package hearth.guest;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/// A JVM that is up before its function is known: it waits on its channel to hear which one it serves.
///
/// It says `+` when it is up. Then comes the assignment: its length (4 bytes, big-endian) and the function's
/// environment, `NAME=value` and a NUL for each variable. The channel is of no use afterwards.
final class Assignment {
    private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.";

    private static final String PRACTICE = "_HEARTH_PRACTICE";

    /// What a rehearsal does not reach.
    private static final String[] INITIALISED = {
        CLIENT + "logging.FramedTelemetryLogSink",
        CLIENT + "runtimeapi.LambdaRuntimeApiClientImpl",
        CLIENT + "runtimeapi.NativeClient",
        CLIENT + "util.EnvReader",
        CLIENT + "util.UnsafeUtil",
    };

    /// The same, where initialising might read the environment.
    private static final String[] LOADED = {
        CLIENT + "LambdaEnvironment",
        CLIENT + "LambdaRequestHandler$UserFaultHandler",
        CLIENT + "logging.StdOutLogSink",
        CLIENT + "util.ConcurrencyConfig",
        "com.amazonaws.services.lambda.runtime.LambdaRuntimeInternal",
        "software.amazon.awssdk.utilslite.SdkInternalThreadLocal",
    };

    private Assignment() {}

    static void await(int channel) throws IOException, ReflectiveOperationException {
        try {
            prepare();
        } catch (ExecutionException | InterruptedException e) {
            // Then the first invocation takes longer.
        }
        FileDescriptor descriptor = descriptor(channel);
        FileOutputStream out = new FileOutputStream(descriptor);
        try (DataInputStream in = new DataInputStream(new FileInputStream(descriptor))) {
            out.write('+');
            byte[] variables = new byte[in.readInt()];
            in.readFully(variables);
            adopt(variables);
        } catch (EOFException e) {
            System.exit(0); // nobody needs it any more
        }
        // What was mounted there meanwhile covers the folder that this process was started in.
        Native.changeDirectory(System.getenv("LAMBDA_TASK_ROOT"));
    }

    /// What can be done before the function is known.
    static void prepare() throws ReflectiveOperationException, ExecutionException, InterruptedException {
        set(PRACTICE, "");
        unset(PRACTICE);
        for (String name : INITIALISED) {
            load(name, true);
        }
        for (String name : LOADED) {
            load(name, false);
        }
        Rehearsal.run();
    }

    private static void load(String name, boolean initialise) {
        try {
            Class.forName(name, initialise, Assignment.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // Another version of the client may do without it.
        }
    }

    private static FileDescriptor descriptor(int number) throws ReflectiveOperationException {
        FileDescriptor descriptor = new FileDescriptor();
        Field field = FileDescriptor.class.getDeclaredField("fd");
        field.setAccessible(true);
        field.setInt(descriptor, number);
        return descriptor;
    }

    private static void adopt(byte[] variables) throws ReflectiveOperationException {
        int start = 0;
        for (int end = 0; end < variables.length; end++) {
            if (variables[end] == 0) {
                String variable = new String(variables, start, end - start, StandardCharsets.UTF_8);
                int equals = variable.indexOf('=');
                set(variable.substring(0, equals), variable.substring(equals + 1));
                start = end + 1;
            }
        }
    }

    private static void set(String name, String value) throws ReflectiveOperationException {
        Native.setVariable((name + "=" + value + "\0").getBytes(StandardCharsets.UTF_8));
        variables().put(key("Variable", name), key("Value", value));
    }

    static void unset(String name) throws ReflectiveOperationException {
        variables().remove(key("Variable", name));
        Native.unsetVariable(name);
    }

    /// What `System.getenv` and processes that the function starts see: Java reads the real ones only once.
    @SuppressWarnings("unchecked")
    private static Map<Object, Object> variables() throws ReflectiveOperationException {
        Field field = Class.forName("java.lang.ProcessEnvironment").getDeclaredField("theEnvironment");
        field.setAccessible(true);
        return (Map<Object, Object>) field.get(null);
    }

    private static Object key(String kind, String text) throws ReflectiveOperationException {
        Method valueOf = Class.forName("java.lang.ProcessEnvironment$" + kind).getMethod("valueOf", String.class);
        valueOf.setAccessible(true);
        return valueOf.invoke(null, text);
    }
}
