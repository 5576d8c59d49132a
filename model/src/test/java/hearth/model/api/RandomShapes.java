package hearth.model.api;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// Structures of the API filled at random, without regard to their constraints.
final class RandomShapes {
    private final Random random;
    private final double share;

    /// @param share of the members that are filled, 0 to 1
    RandomShapes(Random random, double share) {
        this.random = random;
        this.share = share;
    }

    /// Every structure that requests and responses are made of.
    static Set<Class<? extends ApiShape>> all() {
        var found = new LinkedHashSet<Class<? extends ApiShape>>();
        Arrays.stream(ApiOperation.values())
                .flatMap(o -> Stream.of(o.requestType(), o.responseType()))
                .filter(t -> t != NoContent.class)
                .forEach(t -> collect(t, found));
        return found;
    }

    private static void collect(Type type, Set<Class<? extends ApiShape>> found) {
        if (type instanceof ParameterizedType generic) {
            Arrays.stream(generic.getActualTypeArguments()).forEach(t -> collect(t, found));
        } else if (type instanceof Class<?> c
                && ApiShape.class.isAssignableFrom(c)
                && found.add(c.asSubclass(ApiShape.class))) {
            Arrays.stream(c.getRecordComponents()).forEach(r -> collect(r.getGenericType(), found));
        }
    }

    static ApiShape read(Class<? extends ApiShape> type, byte[] document) {
        return JsonInput.document(document, json -> {
            try {
                return (ApiShape) type.getMethod("read", JsonParser.class).invoke(null, json);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof RuntimeException refusal) {
                    throw refusal;
                }
                throw new IOException(e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(type.getName(), e);
            }
        });
    }

    ApiShape fill(Class<? extends ApiShape> type) {
        var components = type.getRecordComponents();
        var types = Arrays.stream(components).map(c -> c.getType()).toArray(Class<?>[]::new);
        var values = Arrays.stream(components)
                .map(c -> random.nextDouble() < share ? value(c.getGenericType()) : null)
                .toArray();
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.getName(), e);
        }
    }

    private Object value(Type type) {
        if (type instanceof ParameterizedType generic) {
            var arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return Stream.generate(() -> value(arguments[0]))
                        .limit(1 + random.nextInt(3))
                        .toList();
            }
            var map = new LinkedHashMap<String, Object>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                map.put(text(), value(arguments[1]));
            }
            return map;
        }
        if (type == String.class) {
            return text();
        } else if (type == Integer.class) {
            return random.nextInt();
        } else if (type == Long.class) {
            return random.nextLong();
        } else if (type == Double.class) {
            return random.nextGaussian() * 1e6;
        } else if (type == Boolean.class) {
            return random.nextBoolean();
        } else if (type == Instant.class) {
            return Instant.ofEpochMilli(random.nextLong(4_102_444_800_000L));
        } else if (type == byte[].class) {
            var bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            return bytes;
        }
        return fill(((Class<?>) type).asSubclass(ApiShape.class));
    }

    private String text() {
        var words = List.of(
                "mail",
                "arn:aws:lambda:us-east-1:111111111111:function:mail",
                "\"\\\n\u0000é😀",
                "1",
                "",
                "$LATEST",
                "x86_64");
        return words.get(random.nextInt(words.size())) + (random.nextBoolean() ? "" : random.nextInt(100));
    }
}
