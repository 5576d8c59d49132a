import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.SelectionKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/// What Java programs commonly do, in the words of Java 17.
class Common {
    public static void main(String[] arguments) throws Exception {
        must(IntStream.range(0, 100_000).parallel().map(n -> n & 1).sum() == 50_000);
        threads();
        garbage();
        must(new ProcessBuilder("/bin/sh", "-c", "exit 3").start().waitFor() == 3);
        http();
        var pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        var selector = Selector.open();
        pipe.source().register(selector, SelectionKey.OP_READ);
        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
        must(selector.select(1000) == 1);
        var file = Path.of("/tmp/common");
        Files.writeString(file, "content");
        try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            must(channel.lock() != null);
            must(channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096).force().get(0) == 'c');
        }
        Files.copy(file, Path.of("/tmp/common-copy"));
        try (var watcher = file.getFileSystem().newWatchService()) {
            file.getParent().register(watcher, StandardWatchEventKinds.ENTRY_CREATE);
            Files.writeString(Path.of("/tmp/common-new"), "x");
            must(watcher.take() != null);
        }
        must(Collections.list(NetworkInterface.getNetworkInterfaces()).stream().anyMatch(i -> i.getName().equals("lo")));
        must(new SecureRandom().generateSeed(8).length == 8);
        must(InetAddress.getByName("localhost").isLoopbackAddress());
        System.out.println("all");
    }

    private static void threads() throws Exception {
        ExecutorService threads;
        try {
            threads = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException before21) {
            threads = Executors.newFixedThreadPool(8);
        }
        var sum = 0;
        for (var n : threads.invokeAll(Collections.<Callable<Integer>>nCopies(200, () -> 1))) {
            sum += n.get();
        }
        threads.shutdown();
        must(sum == 200);
    }

    private static void garbage() {
        var kept = new byte[64][];
        for (int i = 0; i < 4000; i++) {
            kept[i % kept.length] = new byte[100_000];
        }
        System.gc();
    }

    private static void http() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write(new byte[] {'o', 'k'});
            exchange.close();
        });
        server.start();
        var uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        var answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        must(answer.body().equals("ok"));
        server.stop(0);
    }

    private static void must(boolean condition) {
        if (!condition) {
            throw new AssertionError();
        }
    }
}
