package io.nearcast.config.json;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a record looks as a document: its fields in order, what an absent one means, its name where
 * it is one of several. Immutable, worked out once per class.
 */
final class Shape {
  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return new Shape(type);
        }
      };

  private final Constructor<?> constructor;
  private final List<Component> components;
  private final @Nullable String tag;

  private Shape(Class<?> type) {
    RecordComponent[] parts = type.getRecordComponents();
    Object defaults = constant(type, "DEFAULT", type);
    List<Component> found = new ArrayList<>(parts.length);
    for (RecordComponent part : parts) {
      found.add(component(type, part, defaults));
    }
    components = List.copyOf(found);
    Class<?>[] types = Arrays.stream(parts).map(RecordComponent::getType).toArray(Class[]::new);
    try {
      constructor = opened(type.getDeclaredConstructor(types));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("no canonical constructor in " + type, e);
    }
    tag =
        Arrays.stream(type.getInterfaces()).anyMatch(Shape::isChoice)
            ? decapitalised(type.getSimpleName())
            : null;
  }

  /** The shape of a record class. */
  static Shape of(Class<?> type) {
    return SHAPES.get(type);
  }

  /** Whether the class is a sealed interface all of whose kinds are records. */
  static boolean isChoice(Class<?> type) {
    return type.isSealed()
        && Arrays.stream(type.getPermittedSubclasses()).allMatch(Class::isRecord);
  }

  /** The fields in the order of the components. */
  List<Component> components() {
    return components;
  }

  /** What the record's {@code "type"} says, or null where it has none. */
  @Nullable String tag() {
    return tag;
  }

  /**
   * Calls the canonical constructor.
   *
   * @throws IllegalArgumentException if the record does not accept the values
   */
  Object create(@Nullable Object[] values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("cannot create " + constructor, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot create " + constructor, e);
    }
  }

  /**
   * One component of a record.
   *
   * @param name also the field's name in documents
   * @param type with its type arguments
   * @param nullable whether it may be null
   * @param required whether a document must have it
   * @param absent its value where a document has it not; null where it is required
   * @param accessor reads it from a record
   */
  record Component(
      String name,
      Type type,
      boolean nullable,
      boolean required,
      @Nullable Object absent,
      Method accessor) {

    /** Its value in a record. */
    @Nullable Object of(Object record) {
      try {
        return accessor.invoke(record);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + accessor, e);
      }
    }
  }

  private static Component component(
      Class<?> type, RecordComponent part, @Nullable Object defaults) {
    boolean nullable = part.getAnnotatedType().isAnnotationPresent(Nullable.class);
    Method accessor = opened(part.getAccessor());
    Component required =
        new Component(part.getName(), part.getGenericType(), nullable, true, null, accessor);
    Object absent = defaults == null ? null : required.of(defaults);
    if (absent == null) {
      absent = constant(type, upper(part.getName()) + "_DEFAULT", part.getType());
    }
    if (absent == null && !nullable) {
      absent = emptyOf(part.getType());
    }
    return absent == null && !nullable
        ? required
        : new Component(part.getName(), part.getGenericType(), nullable, false, absent, accessor);
  }

  private static @Nullable Object emptyOf(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    if (type == List.class) {
      return List.of();
    }
    if (type == Set.class) {
      return Set.of();
    }
    return type == Map.class ? Map.of() : constant(type, "DEFAULT", type);
  }

  private static @Nullable Object constant(Class<?> holder, String name, Class<?> type) {
    try {
      Field field = holder.getDeclaredField(name);
      return field.getType() == type ? opened(field).get(null) : null;
    } catch (NoSuchFieldException e) {
      return null; // most have none
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("cannot read " + holder.getName() + "." + name, e);
    }
  }

  private static <A extends AccessibleObject> A opened(A member) {
    member.setAccessible(true); // records of other modules need not be public
    return member;
  }

  private static String decapitalised(String name) {
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  private static String upper(String name) {
    return name.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
  }
}
