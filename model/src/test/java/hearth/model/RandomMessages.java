package hearth.model;

import hearth.model.worker.ShardId;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Makes values of any record that messages are made of, by what its class says of its components: one that is added
/// later is made too.
public final class RandomMessages {
    private final Random random;

    public RandomMessages(long seed) {
        random = new Random(seed);
    }

    /// All records of a closed set, those of its closed subsets too.
    public static List<Class<?>> members(Class<?> type) {
        if (!type.isSealed()) {
            return List.of(type);
        }
        return Arrays.stream(type.getPermittedSubclasses())
                .flatMap(each -> members(each).stream())
                .toList();
    }

    public <T> T make(Class<T> type) {
        var value = value(type, type, false);
        if (value == null) {
            throw new IllegalStateException("Nothing was made of " + type);
        }
        return type.cast(value);
    }

    private @Nullable Object value(Class<?> type, Type generic, boolean nullable) {
        if (nullable && random.nextInt(3) == 0) {
            return null;
        }
        if (type == String.class) {
            return text();
        } else if (type == int.class || type == Integer.class) {
            return number();
        } else if (type == OptionalInt.class) {
            return random.nextBoolean() ? OptionalInt.of(number()) : OptionalInt.empty();
        } else if (type == long.class || type == Long.class) {
            return random.nextLong();
        } else if (type == boolean.class) {
            return random.nextBoolean();
        } else if (type == byte[].class) {
            return bytes();
        } else if (type == Duration.class) {
            return Duration.ofSeconds(random.nextInt(), random.nextInt(1_000_000_000));
        } else if (type == Instant.class) {
            return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
        } else if (type == ShardId.class) {
            return new ShardId(random.nextInt(ShardId.COUNT));
        } else if (type == AccountId.class) {
            return new AccountId("%012d".formatted(random.nextLong(1_000_000_000_000L)));
        } else if (type == CodeDigest.class) {
            var sha256 = new byte[32];
            random.nextBytes(sha256);
            return CodeDigest.of(sha256);
        } else if (type == List.class) {
            return list(argument(generic, 0));
        } else if (type == Map.class) {
            var map = new HashMap<Object, Object>();
            var values = argument(generic, 1);
            list(argument(generic, 0))
                    .forEach(key -> map.put(key, Objects.requireNonNull(value(values, values, false))));
            return map;
        } else if (type == Optional.class) {
            return Optional.ofNullable(value(argument(generic, 0), argument(generic, 0), true));
        } else if (type.isEnum()) {
            return any(Arrays.asList(type.getEnumConstants()));
        } else if (type.isSealed()) {
            var member = any(members(type));
            return value(member, member, false);
        } else if (type.isRecord()) {
            return record(type);
        }
        throw new IllegalStateException("Messages have a component of " + type + ", which is not known here");
    }

    private Object record(Class<?> type) {
        try {
            var components = type.getRecordComponents();
            var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            @Nullable Object[] values = new @Nullable Object[components.length];
            for (int i = 0; i < values.length; i++) {
                // An environment runs one invocation at least.
                values[i] = components[i].getName().equals("maxConcurrency")
                        ? Integer.valueOf(1 + random.nextInt(100))
                        : value(types[i], components[i].getGenericType(), isNullable(components[i]));
            }
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No " + type + " can be made", e);
        }
    }

    private static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static Class<?> argument(Type generic, int number) {
        return (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[number];
    }

    private List<Object> list(Class<?> of) {
        var list = new ArrayList<Object>();
        for (int i = random.nextInt(4); i > 0; i--) {
            var value = value(of, of, false);
            if (value != null) {
                list.add(value);
            }
        }
        return list;
    }

    /// One that counts something, as all of them do.
    private int number() {
        return random.nextInt() >>> 1;
    }

    private byte[] bytes() {
        // Small ones are copied, others are not.
        var bytes = new byte[random.nextInt(5) == 0 ? random.nextInt(100_000) : random.nextInt(100)];
        random.nextBytes(bytes);
        return bytes;
    }

    private String text() {
        return any(List.of("", "a", "größer", "日本", "\u0000", "😀", "x".repeat(random.nextInt(10_000))));
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
