package hearth.guest;

import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.api.client.EventHandlerLoader;
import com.amazonaws.services.lambda.runtime.api.client.HandlerInfo;
import com.amazonaws.services.lambda.runtime.api.client.PojoSerializerLoader;
import com.amazonaws.services.lambda.runtime.api.client.api.LambdaContext;
import com.amazonaws.services.lambda.runtime.api.client.logging.LambdaContextLogger;
import com.amazonaws.services.lambda.runtime.api.client.logging.LogSink;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.JniHelper;
import com.amazonaws.services.lambda.runtime.api.client.util.LambdaOutputStream;
import com.amazonaws.services.lambda.runtime.logging.LogFormat;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import com.amazonaws.services.lambda.runtime.serialization.util.ReflectUtil;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Invocations of each kind of handler, without a Runtime API and before the function is known. What every function
/// needs of AWS's client is loaded, linked and initialised afterwards.
///
/// Nothing of it is for the function to see. The client keeps what it learns by thread, so this is done in a thread
/// that ends; `LambdaEnvironment`, which reads the function's environment once, is not touched; the rest is put back.
final class Rehearsal {
    private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.";
    private static final String HANDLERS = "hearth.guest.RehearsedHandlers$";
    private static final byte[] EVENT =
            "{\"name\":\"value\",\"list\":[1,2.5,true,null]}".getBytes(StandardCharsets.UTF_8);

    /// Each later one saves a little of the first invocation and adds as much to the boot.
    private static final int ROUNDS = 5;

    private Rehearsal() {}

    static void run() throws ExecutionException, InterruptedException {
        FutureTask<?> rehearsal = new FutureTask<Void>(() -> {
            rehearse();
            return null;
        });
        new Thread(rehearsal, "rehearsal").start();
        rehearsal.get();
    }

    private static void rehearse() throws Exception {
        JniHelper.load();
        ReflectUtil.setStaticField(LambdaRuntime.class, "logger", true, LambdaRuntime.getLogger());
        new PrintStream(new LambdaOutputStream(System.out), false, "UTF-8");
        ClassLoader loader = functionLoader();
        try {
            for (int i = 0; i < ROUNDS; i++) {
                for (String handler : new String[] {"Typed", "Plain::map", "Plain::bean"}) {
                    invoke(HandlerInfo.fromString(HANDLERS + handler, loader));
                }
            }
        } finally {
            // The function may bring a serializer of its own, which is looked for once.
            field(PojoSerializerLoader.class, "initialized").setBoolean(null, false);
        }
    }

    /// One as the function's, without a function in it.
    private static ClassLoader functionLoader() throws ReflectiveOperationException {
        Constructor<?> constructor = Class.forName(CLIENT + "CustomerClassLoader")
                .getDeclaredConstructor(String.class, String.class, ClassLoader.class);
        constructor.setAccessible(true);
        ClassLoader system = ClassLoader.getSystemClassLoader();
        ClassLoader loader = (ClassLoader) constructor.newInstance(System.getProperty("user.dir"), "/opt/java", system);
        try {
            loader.loadClass("hearth.guest.NotThere");
            throw new IllegalStateException("a class that is not there");
        } catch (ClassNotFoundException expected) {
            return loader;
        }
    }

    private static void invoke(HandlerInfo handler) throws ReflectiveOperationException, IOException {
        Object loaded = EventHandlerLoader.loadEventHandler(handler);
        // One step further in than the client calls, because it asks `LambdaEnvironment` there.
        RequestStreamHandler stream =
                (RequestStreamHandler) field(loaded.getClass(), "val$handler").get(loaded);
        LambdaContext context = context();
        try (LambdaContextLogger logger = new LambdaContextLogger(new Nowhere(), LogLevel.UNDEFINED, LogFormat.TEXT)) {
            logger.setLambdaContext(context);
            logger.log("rehearsal");
        }
        stream.handleRequest(new ByteArrayInputStream(EVENT), new ByteArrayOutputStream(), context);
    }

    private static LambdaContext context() {
        return new LambdaContext(
                128,
                System.currentTimeMillis(),
                "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "/aws/lambda/rehearsal",
                "rehearsal",
                "rehearsal",
                null,
                "$LATEST",
                "arn:aws:lambda:us-east-1:000000000000:function:rehearsal",
                null,
                null,
                null);
    }

    private static Field field(Class<?> of, String name) throws NoSuchFieldException {
        Field field = of.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    private static final class Nowhere implements LogSink {
        @Override
        public void log(byte[] message) {}

        @Override
        public void log(LogLevel level, LogFormat format, byte[] message) {}

        @Override
        public void close() {}
    }
}
