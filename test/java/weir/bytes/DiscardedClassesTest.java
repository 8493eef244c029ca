package weir.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import clojure.lang.Keyword;
import clojure.lang.PersistentArrayMap;
import clojure.lang.Var;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import weir.testing.Await;

/** What was looked up for classes that a program has discarded must not keep them. */
class DiscardedClassesTest {

  @Test
  void aLookUpKeepsNoClassOfADiscardedLoader() throws Exception {
    WeakReference<ClassLoader> loader = new WeakReference<>(convertedClasses());
    Await.until(
        "the loader is collected",
        () -> {
          System.gc();
          return loader.get() == null;
        });
  }

  /** Looks up conversions from and to classes of a loader, found and not, and returns it. */
  private static ClassLoader convertedClasses() throws Exception {
    ClassLoader loader = new Reloading();
    Object source = instance(loader, Source.class);
    Object unknown = instance(loader, Unknown.class);
    assertEquals("a", Conversions.convert(source, String.class));
    assertEquals("a", Bytes.toString(List.of(instance(loader, Source.class))));
    assertThrows(IllegalArgumentException.class, () -> Conversions.convert(unknown, String.class));
    assertThrows(
        IllegalArgumentException.class, () -> Conversions.convert("a", unknown.getClass()));
    for (Type target : List.of(Type.seqOf(unknown.getClass()), Type.of(source.getClass()))) {
      assertEquals(null, Conversions.cost("a", target));
      assertEquals(null, Conversions.cost(List.of("a"), target));
    }
    return loader;
  }

  @Test
  void aProtocolThatNamedATypeIsCollectedWithItsVar() throws Exception {
    WeakReference<Var> protocol = new WeakReference<>(namedProtocol());
    Await.until(
        "the protocol is collected",
        () -> {
          System.gc();
          return protocol.get() == null;
        });
  }

  private static Var namedProtocol() {
    Keyword impls = Keyword.intern(null, "impls");
    Var protocol = Var.create(PersistentArrayMap.EMPTY.assoc(impls, PersistentArrayMap.EMPTY));
    assertThrows(IllegalArgumentException.class, () -> Conversions.convert("a", Type.of(protocol)));
    return protocol;
  }

  private static Object instance(ClassLoader loader, Class<?> c) throws Exception {
    return loader.loadClass(c.getName()).getDeclaredConstructor().newInstance();
  }

  /** Is converted. */
  public static final class Source extends ByteArrayInputStream {
    /** Made by reflection. */
    public Source() {
      super(new byte[] {'a'});
    }
  }

  /** Cannot be converted. */
  public static final class Unknown implements Supplier<String> {
    /** Made by reflection. */
    public Unknown() {}

    @Override
    public String get() {
      return "";
    }
  }

  /** Loads this test's classes again, as a program does that reloads a namespace. */
  private static final class Reloading extends ClassLoader {
    Reloading() {
      super(DiscardedClassesTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(DiscardedClassesTest.class.getName() + "$")) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] code = in.readAllBytes();
        return defineClass(name, code, 0, code.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
